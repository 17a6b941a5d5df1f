"""Many links by one call."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypeVar

from django.utils import timezone
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from apps.accounts.api.actors import actor_of
from apps.accounts.api.idempotency import idempotent
from apps.accounts.policy import Action
from apps.common.api.exceptions import errors_of
from apps.common.errors import DomainError
from apps.links import bulk
from apps.links.api.serializers import (
    BulkChangesSerializer,
    BulkNewLinkSerializer,
    BulkNewSerializer,
    BulkPlaceSerializer,
    BulkSerializer,
    shown,
)
from apps.links.api.views import workspace_of
from apps.links.bulk import Change, Place, WantedLink
from apps.links.changes import UNSET, LinkChanges, LinkOptions
from apps.links.models import Link

_OPTIONS = frozenset(LinkOptions.__dataclass_fields__)
Values = dict[str, Any]
Wanted = TypeVar("Wanted")
Outcome = Sequence[Link | DomainError]


class BulkView(APIView):
    @idempotent
    def post(self, request: Request) -> Response:
        """Make as many of `links` as can be made; `results` says of each, in order, what became of it."""
        asked = BulkNewSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        actor, now = actor_of(request), timezone.now()
        workspace = workspace_of(actor, asked.validated_data["workspace"], Action.LINK_CREATE)

        def create(wanted: Sequence[WantedLink]) -> Outcome:
            return bulk.create_links(actor=actor, workspace=workspace, wanted=wanted, now=now)

        return _answer(asked.validated_data["links"], BulkNewLinkSerializer(), _wanted, create, HTTPStatus.CREATED)

    def patch(self, request: Request) -> Response:
        """Change what each of `links` says of the link at its `domain` and `code`."""
        asked = BulkSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        actor, now = actor_of(request), timezone.now()

        def update(wanted: Sequence[Change]) -> Outcome:
            return bulk.update_links(actor=actor, wanted=wanted, now=now)

        return _answer(asked.validated_data["links"], BulkChangesSerializer(), _change, update, HTTPStatus.OK)


class BulkDeleteView(APIView):
    def post(self, request: Request) -> Response:
        """Take `links`, each with its `domain` and `code`, out of service; they can be restored."""
        asked = BulkSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        actor, now = actor_of(request), timezone.now()

        def delete(places: Sequence[Place]) -> Outcome:
            return bulk.delete_links(actor=actor, places=places, now=now)

        return _answer(asked.validated_data["links"], BulkPlaceSerializer(), _place, delete, HTTPStatus.OK)


def _answer(
    items: Sequence[Any],
    judge: Serializer[Any],
    read: Callable[[Values], Wanted],
    act: Callable[[Sequence[Wanted]], Outcome],
    done: HTTPStatus,
) -> Response:
    """What became of each item: the link as it is now, or a problem; those that cannot be read are left out of the act."""
    results: list[Values] = []
    wanted: list[Wanted] = []
    for item in items:
        try:
            wanted.append(read(dict(judge.run_validation(item))))
        except ValidationError as error:
            results.append({"status": HTTPStatus.BAD_REQUEST, "code": "invalid", "errors": errors_of(error)})
        else:
            results.append({})
    outcome = act(wanted) if wanted else []
    links = _as_stored(outcome)
    told = iter([_told(one, links, done) for one in outcome])
    results = [result or next(told) for result in results]
    failed = sum(result["status"] >= HTTPStatus.BAD_REQUEST for result in results)
    return Response({"results": results, "done": len(results) - failed, "failed": failed})


def _told(one: Link | DomainError, links: Mapping[int, Link], done: HTTPStatus) -> Values:
    if isinstance(one, Link):
        return {"status": done, "link": shown(links[one.pk], now=timezone.now())}
    error = {"field": one.field, "code": one.code, "detail": one.message}
    return {"status": one.http_status, "code": one.code, "errors": [error]}


def _as_stored(outcome: Outcome) -> Mapping[int, Link]:
    return Link.objects.for_rows().in_bulk([one.pk for one in outcome if isinstance(one, Link)])


def _wanted(values: Values) -> WantedLink:
    options = LinkOptions(**{name: values.pop(name) for name in _OPTIONS & values.keys()})
    return WantedLink(hostname=values.pop("domain"), options=options, **values)


def _change(values: Values) -> Change:
    place, is_active = _place(values), values.pop("is_active", UNSET)
    return Change(place, LinkChanges(**values), is_active)


def _place(values: Values) -> Place:
    return Place(values.pop("domain"), values.pop("code"))
