"""The domains of a workspace by REST."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts import policy
from apps.accounts.api.actors import actor_of
from apps.accounts.policy import Action, Actor
from apps.common.api.serializers import StrictSerializer
from apps.links import domains, selectors
from apps.links.api.views import workspace_of
from apps.links.domains import DomainSettings, txt_record
from apps.links.models import Domain

# The room says itself what is too long; this keeps what is beyond all reason from it.
_TEXT = 10_000


class PlaceSerializer(StrictSerializer):
    # The one that links of whoever asks go to, where it is left out.
    workspace = serializers.UUIDField(default=None, allow_null=True)


class NewDomainSerializer(PlaceSerializer):
    hostname = serializers.CharField(max_length=_TEXT)


class AndroidAppSerializer(StrictSerializer):
    package = serializers.CharField(max_length=_TEXT)
    fingerprints = serializers.ListField(child=serializers.CharField(max_length=_TEXT), max_length=100)


class DomainChangesSerializer(StrictSerializer):
    """Where visitors go whom no link sends on ("" for a page of ours), and the apps that open links; what is left out stays."""

    root_url = serializers.CharField(max_length=_TEXT, allow_blank=True, required=False)
    not_found_url = serializers.CharField(max_length=_TEXT, allow_blank=True, required=False)
    expired_url = serializers.CharField(max_length=_TEXT, allow_blank=True, required=False)
    apple_app_ids = serializers.ListField(child=serializers.CharField(max_length=_TEXT), max_length=100, required=False)
    android_apps = serializers.ListField(child=AndroidAppSerializer(), max_length=100, required=False)


class DomainsView(APIView):
    def get(self, request: Request) -> Response:
        """Domains on which links of a workspace can be made, the default one first, then those of its own that are not verified yet."""
        asked = PlaceSerializer(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        actor = actor_of(request)
        workspace = workspace_of(actor, asked.validated_data["workspace"], Action.LINK_VIEW)
        usable = list(selectors.usable_domains(actor=actor, workspace=workspace))
        own = selectors.list_domains(actor=actor, workspace=workspace)
        return Response({"results": [_shown(domain) for domain in (*usable, *(one for one in own if one not in usable))]})

    def post(self, request: Request) -> Response:
        """Add a domain; the answer has the TXT record that shows whose it is, to be seen by `verify`."""
        asked = NewDomainSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values, actor = asked.validated_data, actor_of(request)
        workspace = workspace_of(actor, values["workspace"], Action.DOMAIN_MANAGE)
        domain = domains.add_domain(actor=actor, workspace=workspace, hostname=values["hostname"], now=timezone.now())
        return _answer(actor, domain, status=HTTPStatus.CREATED)


class DomainView(APIView):
    def get(self, request: Request, hostname: str) -> Response:
        """A domain that a workspace has brought; who manages it sees its TXT record, too."""
        actor = actor_of(request)
        return _answer(actor, selectors.find_domain(actor=actor, hostname=hostname))

    def patch(self, request: Request, hostname: str) -> Response:
        """Change what is said."""
        actor = actor_of(request)
        domain = selectors.find_domain(actor=actor, hostname=hostname, action=Action.DOMAIN_MANAGE)
        asked = DomainChangesSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        changes = DomainSettings(**{**_settings(domain), **asked.validated_data})
        return _answer(actor, domains.edit_domain(actor=actor, domain=domain, changes=changes))

    def delete(self, request: Request, hostname: str) -> Response:
        """Take away a domain that has no links."""
        actor = actor_of(request)
        domain = selectors.find_domain(actor=actor, hostname=hostname, action=Action.DOMAIN_MANAGE)
        domains.remove_domain(actor=actor, domain=domain)
        return Response(status=HTTPStatus.NO_CONTENT)


class VerifyView(APIView):
    def post(self, request: Request, hostname: str) -> Response:
        """Look for the TXT record in the DNS now; 409 while it is not there."""
        actor = actor_of(request)
        domain = selectors.find_domain(actor=actor, hostname=hostname, action=Action.DOMAIN_MANAGE)
        return _answer(actor, domains.verify_domain(actor=actor, domain=domain, now=timezone.now()))


def _answer(actor: Actor, domain: Domain, *, status: int = HTTPStatus.OK) -> Response:
    may_manage = domain.workspace_id is not None and Action.DOMAIN_MANAGE in policy.allowed_actions(actor, domain.workspace_id)
    record = {"txt_record": asdict(txt_record(domain))} if may_manage else {}
    return Response({**_shown(domain), **_settings(domain), **record}, status=status)


def _shown(domain: Domain) -> dict[str, Any]:
    return {
        "hostname": domain.hostname,
        "is_default": domain.is_default,
        # False for those that all workspaces share.
        "is_own": domain.workspace_id is not None,
        "is_serving": domain.is_serving,
        "verified_at": domain.verified_at,
    }


def _settings(domain: Domain) -> dict[str, Any]:
    return {name: getattr(domain, name) for name in DomainSettings.__dataclass_fields__}
