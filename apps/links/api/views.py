"""Links by REST: each view makes one call of the room."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, cast
from urllib.parse import urlencode
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.api.actors import actor_of
from apps.accounts.api.idempotency import idempotent
from apps.accounts.limits import require_may_create
from apps.accounts.models import Workspace
from apps.accounts.policy import Action, Actor
from apps.accounts.workspaces.selectors import get_workspace
from apps.common.errors import DomainError
from apps.links import renaming, selectors, services
from apps.links.api.serializers import LinkChangesSerializer, ListSerializer, NewCodeSerializer, NewLinkSerializer, ShortenSerializer, shown
from apps.links.api.text import TextRenderer
from apps.links.changes import UNSET, LinkChanges, LinkOptions
from apps.links.errors import LinkError
from apps.links.listed import cursors
from apps.links.listed.selectors import START, ListFilter, Seek, list_page
from apps.links.models import Domain, Link
from apps.links.patching import patch_link

_OPTIONS: Final = frozenset(LinkOptions.__dataclass_fields__)
_ETAG: Final = re.compile(r'"([0-9]{1,18})"\Z')


class LinksView(APIView):
    def get(self, request: Request) -> Response:
        """Links of a workspace, page by page: `next` is the address of the page after, None where there is none."""
        asked = ListSerializer(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        values, actor, now = asked.validated_data, actor_of(request), timezone.now()
        page = list_page(
            actor=actor,
            workspace=workspace_of(actor, values["workspace"], Action.LINK_VIEW),
            wanted=ListFilter(tag=values["tag"], domain=values["domain"], state=values["state"]),
            sort=values["order"],
            seek=_seek(values["cursor"]),
            size=values["page_size"],
        )
        following = page.following and page.following.cursor
        return Response(
            {
                "results": [shown(link, now=now) for link in page.links],
                "next": page_address(request, cursor=str(following)) if following else None,
                "count": page.count if page.is_counted else None,
            }
        )

    @idempotent
    def post(self, request: Request) -> Response:
        """Make a link; Location is its address here."""
        asked = NewLinkSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values, actor, now = dict(asked.validated_data), actor_of(request), timezone.now()
        workspace = workspace_of(actor, values.pop("workspace"), Action.LINK_CREATE)
        hostname = values.pop("domain")
        options = LinkOptions(**{name: values.pop(name) for name in _OPTIONS & values.keys()})
        domain = _domain(actor, workspace, hostname) if hostname else None
        require_may_create(actor)
        link = services.create_link(actor=actor, workspace=workspace, domain=domain, options=options, now=now, **values)
        # All that it tells is at hand.
        response = _told(link, status=HTTPStatus.CREATED)
        response["Location"] = request.build_absolute_uri(f"/api/v1/links/{link.domain.hostname}/{link.code}")
        return response


class ShortenView(APIView):
    """The least that a program has to know: a URL in, a short one out."""

    renderer_classes = (JSONRenderer, TextRenderer)

    @idempotent
    def post(self, request: Request) -> Response:
        """Make a link to `url`. To `Accept: text/plain` the answer is the short URL alone."""
        asked = ShortenSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values, actor = asked.validated_data, actor_of(request)
        place = workspace_of(actor, values["workspace"], Action.LINK_CREATE)
        domain = _domain(actor, place, values["domain"]) if values["domain"] else None
        require_may_create(actor)
        try:
            link = services.create_link(
                actor=actor, workspace=place, destination_url=values["url"], code=values["code"], domain=domain, now=timezone.now()
            )
        except LinkError as error:
            if error.field != "destination_url":
                raise
            raise DomainError(error.message, code=error.code, field="url") from None
        found = {"short_url": selectors.short_url(link), "domain": link.domain.hostname, "code": link.code}
        return Response({**found, "destination_url": link.destination_url}, status=HTTPStatus.CREATED)


class LinkView(APIView):
    def get(self, request: Request, hostname: str, code: str) -> Response:
        """One link, by its code or one that it had before; deleted ones, too."""
        return _answer(selectors.get_link(actor=actor_of(request), hostname=hostname, code=code))

    def patch(self, request: Request, hostname: str, code: str) -> Response:
        """Change what is said; with If-Match only if the link is still as it was read."""
        actor = actor_of(request)
        link = selectors.get_link(actor=actor, hostname=hostname, code=code)
        asked = LinkChangesSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = dict(asked.validated_data)
        is_active = values.pop("is_active", UNSET)
        version = version_asked(request)
        return _answer(
            patch_link(actor=actor, link=link, changes=LinkChanges(**values), is_active=is_active, version=version, now=timezone.now())
        )

    def delete(self, request: Request, hostname: str, code: str) -> Response:
        """Take the link out of service; it can be restored."""
        actor = actor_of(request)
        services.delete_link(actor=actor, link=selectors.get_link(actor=actor, hostname=hostname, code=code), now=timezone.now())
        return Response(status=HTTPStatus.NO_CONTENT)


class RestoreView(APIView):
    def post(self, request: Request, hostname: str, code: str) -> Response:
        """Bring a deleted link back."""
        actor = actor_of(request)
        link = selectors.get_link(actor=actor, hostname=hostname, code=code)
        return _answer(services.restore_link(actor=actor, link=link, now=timezone.now()))


class CodeView(APIView):
    def put(self, request: Request, hostname: str, code: str) -> Response:
        """Give the link another code; the old one goes on leading to it."""
        asked = NewCodeSerializer(data=request.data)
        actor = actor_of(request)
        link = selectors.get_link(actor=actor, hostname=hostname, code=code)
        asked.is_valid(raise_exception=True)
        return _answer(renaming.change_code(actor=actor, link=link, code=asked.validated_data["code"], now=timezone.now()))


def workspace_of(actor: Actor, public_id: UUID | None, action: Action) -> Workspace:
    """The one that is named, else the one that links of the actor go to."""
    if public_id is None:
        return selectors.default_workspace(actor, action)
    return get_workspace(actor=actor, public_id=public_id, action=action)


def _domain(actor: Actor, workspace: Workspace, hostname: str) -> Domain:
    found = selectors.usable_domains(actor=actor, workspace=workspace).filter(hostname=hostname.lower()).first()
    if found is None:
        raise LinkError(_("No links can be made on this domain here."), code="unknown_domain", field="domain")
    return found


def _answer(link: Link, *, status: int = HTTPStatus.OK) -> Response:
    """The link as it is stored now."""
    return _told(Link.objects.for_rows().get(pk=link.pk), status=status)


def _told(link: Link, *, status: int) -> Response:
    found = shown(link, now=timezone.now(), aliases=selectors.list_aliases(link))
    return Response(found, status=status, headers={"ETag": f'"{link.version}"'})


def version_asked(request: Request) -> int | None:
    """What If-Match says; None for anything that is there."""
    text = request.headers.get("If-Match", "*").strip()
    if text == "*":
        return None
    found = _ETAG.match(text)
    if found is None:
        raise exceptions.ValidationError({"If-Match": [_("Send the ETag of the answer that you read.")]})
    return int(found[1])


def _seek(text: str) -> Seek:
    if not text:
        return START
    cursor = cursors.parse(text)
    if cursor is None:
        raise exceptions.ValidationError({"cursor": [_("This is not a cursor of ours.")]})
    return Seek(cursor)


def page_address(request: Request, **changes: str) -> str:
    """Where another page of the same list is."""
    query = cast("Mapping[str, Any]", request.query_params.dict())
    return request.build_absolute_uri(f"{request.path}?{urlencode({**query, **changes})}")
