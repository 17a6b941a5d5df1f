"""A link as Elasticsearch holds it."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from django_elasticsearch_dsl import Document, fields
from django_elasticsearch_dsl.registries import registry

from apps.links.models import Link
from apps.links.search.elastic import analysis
from apps.links.search.rows import LinkRow

# No version of a link is as large: what is gone for good stays gone, whatever is written late.
TOMBSTONE_VERSION: Final = 2**62
Action = dict[str, Any]

_EVERYTHING = ["everything"]


def _text(analyzer: str = "words", **options: Any) -> fields.TextField:
    return fields.TextField(analyzer=analyzer, search_analyzer="words", norms=False, **options)


def _beginnings(analyzer: str = "beginnings") -> fields.TextField:
    return _text(analyzer, index_options="docs")


@registry.register_document
class LinkDocument(Document):  # type: ignore[misc]
    """Built by `prepare`; `everything` gathers all text, so that a word is looked for in one place.

    Ids of the product are keywords, being looked for and never compared.
    """

    link_id = fields.LongField()
    version = fields.LongField()
    # The link's row is gone; only ids and version are told then.
    is_gone = fields.BooleanField()
    workspace_id = fields.KeywordField()
    owner_id = fields.KeywordField()
    hostname = fields.KeywordField()
    # Host and code of the short URL, and of those that lead here from old codes; case counts.
    places = fields.KeywordField()
    codes = fields.KeywordField(
        normalizer="lower",
        copy_to=_EVERYTHING,
        fields={"words": _text(), "beginnings": fields.TextField(analyzer="code_beginnings", search_analyzer="keyword", norms=False)},
    )
    code = fields.KeywordField(index=False, doc_values=False)
    title = _text(
        copy_to=_EVERYTHING,
        fields={"beginnings": _beginnings(), "whole": fields.KeywordField(normalizer="folded", ignore_above=256)},
    )
    tags = _text(copy_to=_EVERYTHING, fields={"whole": fields.KeywordField(), "folded": fields.KeywordField(normalizer="lower")})
    description = _text(copy_to=_EVERYTHING)
    destination_url = _text("url_words", copy_to=_EVERYTHING)
    everything = _text("url_words", index_options="docs", fields={"beginnings": _beginnings("url_beginnings")})
    created_at = fields.DateField()
    valid_from = fields.DateField()
    expires_at = fields.DateField()
    is_deleted = fields.BooleanField()
    is_banned = fields.BooleanField()
    is_active = fields.BooleanField()
    # Redirects given away under a limit change no version: see apps.links.search.limits.
    is_limited = fields.BooleanField()
    is_used_up = fields.BooleanField()

    class Index:
        # Only a name to build mappings under: what is written and read goes by `indices`.
        name = "links"
        settings = {"analysis": analysis.SETTINGS}

    class Django:
        model = Link
        ignore_signals = True
        auto_refresh = False

    class Meta:
        dynamic = "strict"

    def prepare(self, instance: LinkRow) -> dict[str, Any]:
        """The document of a link; from a row, since instances of models are slow to make."""
        return {
            "link_id": instance.pk,
            "version": instance.version,
            "is_gone": False,
            "workspace_id": str(instance.workspace_id),
            "owner_id": str(instance.owner_id or ""),
            "hostname": instance.hostname,
            "places": [f"{instance.hostname}/{instance.code}", *instance.alias_places],
            "codes": [instance.code, *(place.rpartition("/")[2] for place in instance.alias_places)],
            "code": instance.code,
            "title": _composed(instance.title),
            "tags": sorted(instance.tag_names),
            "description": _composed(instance.description),
            "destination_url": instance.destination_url,
            "created_at": instance.created_at,
            "valid_from": instance.valid_from,
            "expires_at": instance.expires_at,
            "is_deleted": instance.deleted_at is not None,
            "is_banned": instance.banned_at is not None,
            "is_active": instance.is_active,
            "is_limited": instance.max_clicks is not None,
            "is_used_up": instance.max_clicks is not None and instance.redirects_used >= instance.max_clicks,
        }

    def write_actions(self, links: Iterable[LinkRow], *, index: str) -> Iterator[Action]:
        """What a bulk request to `index` takes: each link in its version, which no older one replaces."""
        for link in links:
            yield _action(index, link.pk, link.version, self.prepare(link))


def tombstones(link_ids: Sequence[int], *, index: str) -> Iterator[Action]:
    """The same for links whose rows are gone."""
    for link_id in link_ids:
        yield _action(index, link_id, TOMBSTONE_VERSION, {"link_id": link_id, "version": TOMBSTONE_VERSION, "is_gone": True})


def _action(index: str, link_id: int, version: int, source: dict[str, Any]) -> Action:
    return {
        "_op_type": "index",
        "_index": index,
        "_id": str(link_id),
        # The same version may come again, from a consumer and from a rebuild.
        "version": version,
        "version_type": "external_gte",
        "_source": source,
    }


def _composed(text: str) -> str:
    """`text` with its letters and their accents in one, as analyzers fold them."""
    return unicodedata.normalize("NFC", text)
