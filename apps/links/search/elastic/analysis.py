"""How Elasticsearch cuts and folds text: as `apps.links.search.words` does."""

from typing import Any, Final

from apps.links.search.words import IDEOGRAPHS

# Longest beginning of a word that is in the index; beginnings that are longer are looked for among whole words.
MAX_PREFIX: Final = 12
MAX_CODE_PREFIX: Final = 20
_FOLDED: Final = ["lowercase", "asciifolding"]

SETTINGS: Final[dict[str, Any]] = {
    "tokenizer": {
        # Group 0 is the token: a run of letters and digits, or one ideograph.
        "words": {
            "type": "pattern",
            "pattern": rf"[{IDEOGRAPHS}]|[\p{{L}}\p{{N}}\p{{M}}&&[^{IDEOGRAPHS}]]+",
            "group": 0,
        },
    },
    "filter": {
        "beginnings": {"type": "edge_ngram", "min_gram": 1, "max_gram": MAX_PREFIX},
        "code_beginnings": {"type": "edge_ngram", "min_gram": 1, "max_gram": MAX_CODE_PREFIX},
        "of_every_url": {"type": "stop", "stopwords": ["http", "https", "www"]},
    },
    "analyzer": {
        "words": {"type": "custom", "tokenizer": "words", "filter": _FOLDED},
        "url_words": {"type": "custom", "tokenizer": "words", "filter": [*_FOLDED, "of_every_url"]},
        "beginnings": {"type": "custom", "tokenizer": "words", "filter": [*_FOLDED, "beginnings"]},
        "url_beginnings": {"type": "custom", "tokenizer": "words", "filter": [*_FOLDED, "of_every_url", "beginnings"]},
        "code_beginnings": {"type": "custom", "tokenizer": "keyword", "filter": ["lowercase", "code_beginnings"]},
    },
    "normalizer": {"folded": {"type": "custom", "filter": _FOLDED}, "lower": {"type": "custom", "filter": ["lowercase"]}},
}
