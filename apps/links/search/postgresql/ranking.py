"""What comes first, by the weights that Elasticsearch goes by (see elastic/queries.py)."""

from collections.abc import Sequence
from typing import Any, Final

from apps.links.search.postgresql import lexemes
from apps.links.search.postgresql.asking import Asked
from apps.links.search.postgresql.lexemes import quoted

# The best match of a word: how it matches comes first, then where. A is the title, B codes and tags, C the description.
_WAYS: Final = (
    ("{word}:A", 10.0),
    ("{code}", 9.5),
    ("{word}:B", 9.0),
    ("{word}:C", 8.0),
    ("{word}", 7.0),
    ("{word}:*A", 6.0),
    ("{word}:*", 4.0),
)
_MISSPELLED: Final = 1.0
_PLACE: Final = 1000.0
_CODE: Final = 800.0
_BEGINNING_OF_CODE: Final = 6.5
_WHOLE_TITLE: Final = 40.0
_PHRASE_IN_TITLE: Final = 20.0
# As in Elasticsearch's index.
_MAX_CODE_BEGINNING: Final = 20


def score(asked: Asked, places: Sequence[int]) -> tuple[str, dict[str, Any]]:
    """SQL of the score of a row with `lexemes` and `link_id`, and its parameters; `places` are links that were typed as URLs."""
    conditions: dict[str, str] = {}

    def when(condition: str, worth: float | str) -> str:
        name = f"score{len(conditions)}"
        conditions[name] = condition
        return f"WHEN lexemes @@ %({name})s::tsquery THEN {worth}"

    terms = [f"CASE WHEN link_id = ANY(%(places)s) THEN {_PLACE} ELSE 0 END"]
    terms += [f"CASE {when(condition, worth)} ELSE 0 END" for condition, worth in _bonuses(asked)]
    if asked.words:
        best = [f"CASE {' '.join(when(*way) for way in _ways(word))} ELSE {_MISSPELLED} END" for word in asked.words]
        terms.append(f"CASE {when(asked.all_words, ' + '.join(best))} ELSE 0 END")
    return " + ".join(terms), {"places": list(places), **conditions}


def _ways(word: str) -> Sequence[tuple[str, float]]:
    return [(form.format(word=quoted(word), code=quoted(lexemes.of_code_word(word))), worth) for form, worth in _WAYS]


def _bonuses(asked: Asked) -> Sequence[tuple[str, float]]:
    found = [(quoted(lexemes.of_title(asked.query.text)), _WHOLE_TITLE)]
    if asked.code:
        found.append((quoted(lexemes.of_code(asked.code)), _CODE))
        if len(asked.code) <= _MAX_CODE_BEGINNING:
            found.append((f"{quoted(lexemes.of_code(asked.code))}:*", _BEGINNING_OF_CODE))
    if len(asked.words) > 1:
        found.append((" <-> ".join(f"{quoted(word)}:A" for word in asked.words), _PHRASE_IN_TITLE))
    return found
