"""API keys by REST: `/api/v1/keys`. A key needs the scope `admin` to manage keys."""

from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts import policy
from apps.accounts.api.actors import actor_of
from apps.accounts.api_keys import selectors, services
from apps.accounts.api_keys.serializers import KeyChangesSerializer, ListSerializer, NewKeySerializer, shown
from apps.accounts.models import User, Workspace
from apps.accounts.policy import Action, ApiActor
from apps.accounts.workspaces.selectors import get_workspace
from apps.common.errors import NotFound

PAGE_SIZE: Final = 100


class KeysView(APIView):
    def get(self, request: Request) -> Response:
        """One's own keys; with `?workspace=<id>` those of all its members, for who manages keys there. The newest first, PAGE_SIZE of
        them; `next` is the address of those after, None where there are none."""
        asked = ListSerializer(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        actor, public_id = _actor(request), asked.validated_data["workspace"]
        if public_id is None:
            keys = selectors.list_own_keys(actor=actor)
        else:
            workspace = get_workspace(actor=actor, public_id=public_id, action=Action.KEYS_MANAGE)
            keys = selectors.list_keys_of(actor=actor, workspace=workspace)
        found = list(selectors.newest_after(keys, asked.validated_data["after"])[: PAGE_SIZE + 1])
        page, is_more = found[:PAGE_SIZE], len(found) > PAGE_SIZE
        following = {**request.query_params.dict(), "after": str(page[-1].public_id)} if is_more else {}
        address = request.build_absolute_uri(f"{request.path}?{urlencode(following)}") if is_more else None
        return Response({"results": [shown(key) for key in page], "next": address})

    def post(self, request: Request) -> Response:
        """Make a key. The answer has it in `key`; nobody can see it again."""
        asked = NewKeySerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        actor, values = _actor(request), asked.validated_data
        key, text = services.create_key(
            actor=actor,
            workspace=_workspace(actor, values["workspace"]),
            name=values["name"],
            scope_names=values["scopes"],
            hostname=values["domain"],
            expires_at=values["expires_at"],
            now=timezone.now(),
        )
        return Response(shown(key, text=text), status=HTTPStatus.CREATED, headers={"Cache-Control": "no-store"})


class KeyView(APIView):
    def get(self, request: Request, public_id: UUID) -> Response:
        """One's own key, or one of a workspace whose keys one manages."""
        return Response(shown(selectors.get_key(actor=_actor(request), public_id=public_id)))

    def patch(self, request: Request, public_id: UUID) -> Response:
        """Change the name or the end of one's own key; what is left out stays."""
        actor = _actor(request)
        key = selectors.get_own_key(actor=actor, public_id=public_id)
        asked = KeyChangesSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = {"name": key.name, "expires_at": key.expires_at} | asked.validated_data
        return Response(shown(services.edit_key(actor=actor, key=key, now=timezone.now(), **values)))

    def delete(self, request: Request, public_id: UUID) -> Response:
        """Revoke one's own key, or one of a workspace whose keys one manages: from now on it is refused."""
        actor = _actor(request)
        services.revoke_key(actor=actor, key=selectors.get_key(actor=actor, public_id=public_id), now=timezone.now())
        return Response(status=HTTPStatus.NO_CONTENT)


def _actor(request: Request) -> User | ApiActor:
    """Who asks; the views let nobody else in."""
    actor = actor_of(request)
    assert isinstance(actor, User | ApiActor)
    return actor


def _workspace(actor: User | ApiActor, public_id: UUID | None) -> Workspace:
    """The one that is named, else the one that a key is for, else the personal one."""
    if public_id is not None:
        return get_workspace(actor=actor, public_id=public_id, action=Action.KEY_CREATE)
    found = policy.visible_workspaces(actor, Action.KEY_CREATE)
    if not isinstance(actor, ApiActor) or actor.workspace_id is None:
        found = found.filter(personal_for=actor.pk)
    workspace = found.first()
    if workspace is None:
        raise NotFound(_("There is no workspace in which you can make keys."))
    return workspace
