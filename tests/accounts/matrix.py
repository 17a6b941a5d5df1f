"""What the matrix of the policy is made from: every address of the site, and who may do there what.

An address is in one of three tables: PUBLIC and OWN give the reason why it names nothing that belongs to
somebody, CASES say which roles may do what it does to the things of a workspace. Other edges than
addresses add cases of their own to `cases()`: a case is a way to ask for a thing, and who may.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from apps.accounts import policy
from apps.accounts.api_keys import services as api_keys
from apps.accounts.models import Invitation, Membership, User
from apps.accounts.policy import Action, Scope
from apps.accounts.tokens import families
from apps.accounts.workspaces.current import SESSION_KEY
from apps.links import services
from apps.links.importing.models import ImportJob
from apps.links.models import Domain
from tests.cast import Cast

MEMBERS = ("viewer", "editor", "admin", "owner")
# Staff are like others outside the back office.
OUTSIDE = ("stranger", "staff", "inactive")

PUBLIC: Mapping[str, str] = {
    "home": "what this is",
    "healthz": "health of the process",
    "legal": "published texts",
    "openid_connect_login": "log-in",
    "openid_connect_callback": "log-in",
    "account_login": "log-in",
    "account_logout": "asks before it logs out whoever is in",
    "account_inactive": "says that an account is shut",
    "account_signup": "sign-up",
    "account_email_verification_sent": "says that a mail was sent",
    "account_confirm_email": "its key is the secret",
    "account_reset_password": "answers alike for every address",
    "account_reset_password_done": "says that a mail was sent",
    "account_reset_password_from_key": "its key is the secret",
    "account_reset_password_from_key_done": "says that the password is changed",
    "account_confirm_login_code": "log-in",
    "mfa_authenticate": "log-in",
    "mfa_login_webauthn": "log-in",
    "socialaccount_login_cancelled": "log-in",
    "socialaccount_login_error": "log-in",
    "socialaccount_signup": "sign-up",
    "passwords:strength": "says what a password lacks, before there is an account",
    "passwords:suggestion": "random passwords",
    "privacy:take_back": "offered to who has shown the password of a shut account",
    "workspaces:open_invitation": "its token is the secret",
    "workspaces:invitation": "the token in the session is the secret",
    "jwks": "public keys",
    "api:auth-register": "sign-up",
    "api:auth-login": "log-in",
    "api:auth-refresh": "its token is the secret",
    "api:auth-logout": "its token is the secret",
    "redirects:robots": "for crawlers",
    "redirects:preview": "short links are for everybody",
    "redirects:qr_code": "short links are for everybody",
    "redirects:visitor_page": "short links are for everybody",
    "usersessions_list": "leads to the list of one's own sessions",
    # Addresses of allauth that are older, without a name, and lead to the ones above or below.
    "/accounts/sessions/": "leads to the list of one's own sessions",
    "/accounts/social/login/cancelled/": "leads to the page of that name",
    "/accounts/social/login/error/": "leads to the page of that name",
    "/accounts/social/signup/": "leads to the page of that name",
    "/accounts/social/connections/": "leads to the page of that name",
}
# Pages about whoever is logged in: their addresses name nobody else's thing. All others are sent to log in.
OWN = frozenset(
    {
        "account_reauthenticate",
        "account_email",
        "account_change_password",
        "account_set_password",
        "mfa_index",
        "mfa_reauthenticate",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_download_recovery_codes",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "mfa_reauthenticate_webauthn",
        "socialaccount_connections",
        "profile:edit",
        "sessions:list",
        "sessions:end_others",
        "workspaces:list",
        "workspaces:create",
        "api_keys:list",
        "audit:log",
        "audit:export",
        "privacy:index",
        "privacy:export",
        "privacy:delete",
        "consent",
        "analytics:dashboard",
        "analytics:workspace_dimension",
        "analytics:compare",
        "analytics:sparklines",
        "links:list",
        "links:check_code",
        "links:domains",
    }
)
# The same for programs, which get a 401.
OWN_BY_API = frozenset(
    {
        "api:auth-logout-all",
        "api:me",
        "api:links-list",
        "api:links-shorten",
        "api:links-search",
        "api:links-tags",
        "api:domains-list",
        "api:analytics-workspace",
        "api:analytics-workspace-dimension",
        "api:analytics-trending",
        # Each of the links that their bodies name is judged for itself: tests/links/api/test_bulk.py.
        "api:links-bulk",
        "api:links-bulk-delete",
        "api:keys-list",
    }
)
# Values for addresses of OWN that take some.
OWN_VALUES: Mapping[str, Mapping[str, Any]] = {
    "analytics:workspace_dimension": {"name": "country"},
    "api:analytics-workspace-dimension": {"name": "country"},
}


@dataclass(frozen=True)
class Ids:
    """What addresses name; made anew, they name nothing."""

    hostname: str = "nothing.example.net"
    code: str = "nothing1"
    domain: str = "nothing.example.net"
    workspace: UUID = field(default_factory=uuid4)
    member: int = 2**40
    invitation: UUID = field(default_factory=uuid4)
    api_key: UUID = field(default_factory=uuid4)
    import_job: UUID = field(default_factory=uuid4)
    session: int = 2**40
    client: UUID = field(default_factory=uuid4)
    key: int = 2**40


Ask = Callable[[Client, Ids], HttpResponse]


@dataclass(frozen=True)
class Case:
    """A way to ask for a thing, the roles that may, and whether other members learn that it is there."""

    name: str
    ask: Ask
    allowed: frozenset[str]
    is_known_to_members: bool = True


def link(ids: Ids) -> dict[str, Any]:
    return {"hostname": ids.hostname, "code": ids.code}


def link_by(ids: Ids) -> dict[str, Any]:
    return {**link(ids), "name": "country"}


def domain(ids: Ids) -> dict[str, Any]:
    return {"hostname": ids.domain}


def workspace(ids: Ids) -> dict[str, Any]:
    return {"public_id": ids.workspace}


def member(ids: Ids) -> dict[str, Any]:
    return {"public_id": ids.workspace, "pk": ids.member}


def invitation(ids: Ids) -> dict[str, Any]:
    return {"public_id": ids.workspace, "invitation_id": ids.invitation}


def import_job(ids: Ids) -> dict[str, Any]:
    return {"public_id": ids.import_job}


def own_session(ids: Ids) -> dict[str, Any]:
    return {"pk": ids.session}


def api_key(ids: Ids) -> dict[str, Any]:
    return {"public_id": ids.api_key}


def own_client(ids: Ids) -> dict[str, Any]:
    return {"pk": ids.client}


def own_key(ids: Ids) -> dict[str, Any]:
    return {"pk": ids.key}


Values = Callable[[Ids], dict[str, Any]]
GET: None = None
NOTHING: dict[str, str] = {}
# Action, what the address names, and what is posted; None for pages that are read.
THINGS: Mapping[str, tuple[Action, Values, dict[str, str] | None]] = {
    "links:import": (Action.LINK_CREATE, import_job, GET),
    "links:import_begin": (Action.LINK_CREATE, import_job, NOTHING),
    "links:import_stop": (Action.LINK_CREATE, import_job, NOTHING),
    "links:import_report": (Action.LINK_CREATE, import_job, GET),
    "links:edit": (Action.LINK_EDIT, link, GET),
    "links:check_new_code": (Action.LINK_EDIT, link, GET),
    "links:qr": (Action.LINK_VIEW, link, GET),
    "links:qr_svg": (Action.LINK_VIEW, link, GET),
    "links:qr_png": (Action.LINK_VIEW, link, GET),
    "links:set_active": (Action.LINK_EDIT, link, {"active": "0"}),
    "links:delete": (Action.LINK_DELETE, link, GET),
    "links:restore": (Action.LINK_DELETE, link, NOTHING),
    "analytics:link": (Action.ANALYTICS_VIEW, link, GET),
    "analytics:link_dimension": (Action.ANALYTICS_VIEW, link_by, GET),
    "analytics:export_csv": (Action.CLICKS_EXPORT, link, GET),
    "analytics:export_parquet": (Action.CLICKS_EXPORT, link, GET),
    "analytics:domain": (Action.DOMAIN_MANAGE, domain, GET),
    "links:domain_check": (Action.DOMAIN_MANAGE, domain, NOTHING),
    "links:domain_edit": (Action.DOMAIN_MANAGE, domain, GET),
    "links:domain_remove": (Action.DOMAIN_MANAGE, domain, GET),
    "workspaces:show": (Action.MEMBERS_VIEW, workspace, GET),
    "workspaces:use": (Action.LINK_VIEW, workspace, NOTHING),
    "workspaces:rename": (Action.WORKSPACE_EDIT, workspace, {"name": "Other"}),
    "workspaces:delete": (Action.WORKSPACE_DELETE, workspace, GET),
    "workspaces:leave": (Action.MEMBERS_VIEW, workspace, NOTHING),
    "workspaces:role": (Action.MEMBERS_MANAGE, member, {"role": "editor"}),
    "workspaces:remove": (Action.MEMBERS_MANAGE, member, NOTHING),
    "workspaces:transfer": (Action.OWNERS_MANAGE, member, GET),
    "workspaces:invite": (Action.MEMBERS_MANAGE, workspace, {"email": "new@example.com", "role": "viewer"}),
    "api_keys:of_workspace": (Action.KEYS_MANAGE, workspace, GET),
    "workspaces:send_again": (Action.MEMBERS_MANAGE, invitation, NOTHING),
    "workspaces:revoke": (Action.MEMBERS_MANAGE, invitation, NOTHING),
}
# What belongs to one person, here the owner; for all others it is not there.
PERSONAL: Mapping[str, tuple[Values, dict[str, str] | None]] = {
    "sessions:end": (own_session, NOTHING),
    "sessions:end_client": (own_client, NOTHING),
    "api_keys:edit": (api_key, GET),
    "mfa_remove_webauthn": (own_key, GET),
    "mfa_edit_webauthn": (own_key, GET),
}


# What programs ask of the API: method and address, then the roles that may, what the address names, the body (None: there is
# none), and whether other members learn that it is there.
API_THINGS: Mapping[str, tuple[frozenset[str], Values, dict[str, Any] | None, bool]] = {
    # The owner's key: who manages keys sees it and may revoke it, and only its owner edits it.
    "GET api:keys-detail": (policy.roles_of(Action.KEYS_MANAGE), api_key, None, False),
    "DELETE api:keys-detail": (policy.roles_of(Action.KEYS_MANAGE), api_key, None, False),
    "PATCH api:keys-detail": (frozenset({"owner"}), api_key, {"name": "Other"}, False),
    "GET api:links-detail": (policy.roles_of(Action.LINK_VIEW), link, None, True),
    "PATCH api:links-detail": (policy.roles_of(Action.LINK_EDIT), link, {"title": "Other"}, True),
    "DELETE api:links-detail": (policy.roles_of(Action.LINK_DELETE), link, None, True),
    "POST api:links-restore": (policy.roles_of(Action.LINK_DELETE), link, {}, True),
    "GET api:analytics-link": (policy.roles_of(Action.ANALYTICS_VIEW), link, None, True),
    "GET api:analytics-link-dimension": (policy.roles_of(Action.ANALYTICS_VIEW), link_by, None, True),
    "GET api:domains-detail": (policy.roles_of(Action.LINK_VIEW), domain, None, True),
    "PATCH api:domains-detail": (policy.roles_of(Action.DOMAIN_MANAGE), domain, {"root_url": ""}, True),
    "DELETE api:domains-detail": (policy.roles_of(Action.DOMAIN_MANAGE), domain, None, True),
    "POST api:domains-verify": (policy.roles_of(Action.DOMAIN_MANAGE), domain, {}, True),
    "GET api:links-qr-svg": (policy.roles_of(Action.LINK_VIEW), link, None, True),
    "GET api:links-qr-png": (policy.roles_of(Action.LINK_VIEW), link, None, True),
    "GET api:links-rules": (policy.roles_of(Action.LINK_VIEW), link, None, True),
    "PUT api:links-rules": (policy.roles_of(Action.LINK_EDIT), link, {"rules": []}, True),
    "PUT api:links-code": (policy.roles_of(Action.LINK_EDIT), link, {"code": "other77"}, True),
}
WAYS_BY_API = ("token", "key")


def api_cases() -> Sequence[Case]:
    """All that is tried with everybody who has a token or a key."""
    return [
        Case(name, _calls(name, values, body), allowed, is_known_to_members=is_known)
        for name, (allowed, values, body, is_known) in API_THINGS.items()
    ]


def cases() -> Sequence[Case]:
    """All that is tried with everybody."""
    things = [Case(name, _asks(name, values, data), policy.roles_of(action)) for name, (action, values, data) in THINGS.items()]
    for name, action in (
        ("links:create", Action.LINK_CREATE),
        ("links:imports", Action.LINK_CREATE),
        ("links:export", Action.LINKS_EXPORT),
        ("links:export_csv", Action.LINKS_EXPORT),
        ("links:export_json", Action.LINKS_EXPORT),
        ("api_keys:create", Action.KEY_CREATE),
    ):
        things.append(Case(name, _asks(name, lambda _ids: {}, GET, workspace_by_query=True), policy.roles_of(action)))
    # The owner's key: who manages keys may revoke it, to other members it is not there.
    revokers = policy.roles_of(Action.KEYS_MANAGE)
    things.append(Case("api_keys:revoke", _asks("api_keys:revoke", api_key, NOTHING), revokers, is_known_to_members=False))
    owners = frozenset({"owner"})
    personal = (Case(name, _asks(name, values, data), owners, is_known_to_members=False) for name, (values, data) in PERSONAL.items())
    return [*things, *personal]


def names() -> Iterator[str]:
    """Every address of the site by its full name, or by itself where it has none; but the back office's."""
    yield from _walk(get_resolver().url_patterns, "/", "")


def browser(cast: Cast, user: User | None) -> Client:
    """The web's way in: somebody who has just typed the password, on pages about the team's workspace."""
    client = Client()
    if user is None:
        return client
    client.force_login(user)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(user.pk)
    session[SESSION_KEY] = str(cast.workspace.public_id)
    session.save()
    return client


def program(cast: Cast, user: User, way: str) -> Client:
    """The API's way in: by the access token of a log-in, or by a key for all that `user` may do, in the team if a member."""
    now = timezone.now()
    if way == "token":
        return bearer(families.issue(user, families.Client("192.0.2.1", "test"), now=now).access)
    is_member = Membership.objects.filter(user=user, workspace=cast.workspace).exists()
    workspace = cast.workspace if is_member else user.personal_workspace
    _key, text = api_keys.create_key(actor=user, workspace=workspace, name="All", scope_names=[Scope.ADMIN], now=now)
    return bearer(text)


def bearer(text: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {text}"})


def make_things(cast: Cast) -> Ids:
    """One of each of what addresses name, all of the team's workspace or its owner's."""
    now = timezone.now()
    domain = Domain.objects.create(hostname="go.example.org", workspace=cast.workspace, verification_token="x")
    # The owner's: whoever made a link may have its single clicks, whatever the role.
    made = services.create_link(actor=cast.owner, workspace=cast.workspace, destination_url="https://example.com/", now=now)
    open_one = Invitation.objects.create(
        workspace=cast.workspace, email="new2@example.com", role="viewer", token_hash="0" * 64, expires_at=now + timedelta(days=1)
    )
    session = UserSession.objects.create(user=cast.owner, session_key="s" * 32, ip="192.0.2.1", user_agent="x", data={})
    api_key, _text = api_keys.create_key(actor=cast.owner, workspace=cast.workspace, name="Cron", scope_names=["links:read"], now=now)
    key = Authenticator.objects.create(user=cast.owner, type=Authenticator.Type.WEBAUTHN, data={"name": "Key", "credential": {}})
    return Ids(
        hostname=made.domain.hostname,
        code=made.code,
        domain=domain.hostname,
        workspace=cast.workspace.public_id,
        member=Membership.objects.get(workspace=cast.workspace, user=cast.admin).pk,
        invitation=open_one.public_id,
        api_key=api_key.public_id,
        import_job=_import_job(cast, made.domain).public_id,
        session=session.pk,
        client=families.issue(cast.owner, families.Client("192.0.2.1", "x"), now=now).family_id,
        key=key.pk,
    )


def _import_job(cast: Cast, domain: Domain) -> ImportJob:
    now = timezone.now()
    return ImportJob.objects.create(
        workspace=cast.workspace,
        owner=cast.owner,
        domain=domain,
        name="links.csv",
        format="own",
        state="checked",
        size=1,
        created_at=now,
        touched_at=now,
    )


def _asks(name: str, values: Values, data: dict[str, str] | None, *, workspace_by_query: bool = False) -> Ask:
    def ask(client: Client, ids: Ids) -> HttpResponse:
        path = reverse(name, kwargs=values(ids))
        if data is not None:
            return client.post(path, data)  # type: ignore[return-value] # the client's own subclass
        return client.get(path, {"workspace": str(ids.workspace)} if workspace_by_query else {})  # type: ignore[return-value]

    return ask


def _calls(name: str, values: Values, body: dict[str, Any] | None) -> Ask:
    method, _space, route = name.partition(" ")

    def ask(client: Client, ids: Ids) -> HttpResponse:
        data = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return client.generic(method, reverse(route, kwargs=values(ids)), **data)  # type: ignore[return-value, arg-type]

    return ask


def _walk(patterns: Sequence[URLPattern | URLResolver], prefix: str, namespace: str) -> Iterator[str]:
    for pattern in patterns:
        path = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}" if pattern.name else path
        elif pattern.namespace != "admin":
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, path, inner)
