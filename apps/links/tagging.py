"""Tags of a link, made on demand."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Model, Value
from django.db.models.functions import Lower

from apps.links.models import Link, LinkTag, Tag


@dataclass(frozen=True, slots=True)
class TagChange:
    """Names of a link's tags, in alphabetical order, before and after a change."""

    before: Sequence[str]
    after: Sequence[str]


def ensure_tags(*, workspace_id: int, names: Sequence[str]) -> list[Tag]:
    """Tags of the workspace with these normalised names, whatever their case; missing ones are made.

    The database alone compares names, because it is its index that keeps them unique.
    """
    if not names:
        return []
    # In one order everywhere, so that two writers never wait for each other.
    new = [Tag(workspace_id=workspace_id, name=name) for name in sorted(names)]
    Tag.objects.bulk_create(new, ignore_conflicts=True)
    folded = [Lower(Value(name)) for name in names]
    found = Tag.objects.filter(workspace=workspace_id).annotate(folded=Lower("name")).filter(folded__in=folded)
    return list(found.order_by("pk"))


def give_tags(link: Link, tags: Sequence[Tag]) -> TagChange | None:
    """Give the new `link`, which has neither tags nor rules yet, these tags; whoever reads them from it need not ask for them."""
    LinkTag.objects.bulk_create([LinkTag(link=link, tag_id=tag.pk) for tag in tags])
    _know(link, "tags", tags)
    _know(link, "rules", [])
    return TagChange(before=(), after=sorted(tag.name for tag in tags)) if tags else None


def set_tags(link: Link, tags: Sequence[Tag]) -> TagChange | None:
    """Give the locked `link` these tags and no others; None when nothing changed."""
    wanted = {tag.pk: tag.name for tag in tags}
    present = dict(LinkTag.objects.filter(link=link).values_list("tag_id", "tag__name"))
    if wanted.keys() == present.keys():
        return None
    LinkTag.objects.filter(link=link, tag__in=present.keys() - wanted.keys()).delete()
    LinkTag.objects.bulk_create([LinkTag(link=link, tag_id=pk) for pk in sorted(wanted.keys() - present.keys())])
    return TagChange(before=sorted(present.values()), after=sorted(wanted.values()))


def _know(link: Link, name: str, values: Sequence[Model]) -> None:
    """As if `link` had been loaded with `values` for this relation."""
    found = getattr(link, name).get_queryset()
    found._result_cache = list(values)
    link._prefetched_objects_cache = {**getattr(link, "_prefetched_objects_cache", {}), name: found}  # type: ignore[attr-defined]
