"""Domains of workspaces: asked for, verified by a real name server, changed, removed."""

from collections.abc import Callable
from datetime import timedelta

import dns.rcode
import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from apps.accounts.models import Role, User, Workspace
from apps.common.errors import NotFound, PermissionDenied
from apps.links import selectors, services
from apps.links.domain_checks import CLAIMS_FOR, MISSING_TOLD_AFTER, check_domains, is_record_lost
from apps.links.domain_errors import DomainInUse, DomainRefused, DomainTaken, NotVerified
from apps.links.domains import DomainSettings, add_domain, edit_domain, remove_domain, txt_record, verify_domain
from apps.links.errors import LinkError
from apps.links.models import Domain
from apps.links.signals import domains_changed
from tests.cast import make_user
from tests.links.conftest import NOW
from tests.links.name_server import NameServer

pytestmark = pytest.mark.django_db

HOST = "go.example.com"
FINGERPRINT = "14:6D:E9:83:C5:73:06:50:D8:EE:B9:95:2F:34:FC:64:16:A0:83:42:E6:1D:BE:A8:8A:04:96:B2:3F:CF:44:E5"


@pytest.fixture(autouse=True)
def public_site(settings: Settings) -> None:
    """An installation that the internet can reach."""
    settings.PUBLIC_URL = "https://app.sho.rt"
    settings.SHORT_DOMAIN = "sho.rt"
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "sho.rt", ".own.example.org"]


@pytest.fixture
def add(owner: User, workspace: Workspace) -> Callable[..., Domain]:
    def run(hostname: str = HOST, **who: object) -> Domain:
        values: dict[str, object] = {"actor": owner, "workspace": workspace, "now": NOW}
        return add_domain(hostname=hostname, **(values | who))  # type: ignore[arg-type]

    return run


@pytest.fixture
def verified(add: Callable[..., Domain], owner: User, dns_server: NameServer) -> Domain:
    domain = add()
    publish(dns_server, domain)
    return verify_domain(actor=owner, domain=domain, now=NOW)


def publish(server: NameServer, domain: Domain) -> None:
    record = txt_record(domain)
    server.records[record.name] = ["v=spf1 -all", record.value]


@pytest.mark.parametrize(
    ("typed", "hostname"),
    [
        ("Go.Example.COM", HOST),
        (" go.example.com. ", HOST),
        ("https://go.example.com/", HOST),
        ("go.example.com:443", HOST),
        ("bücher.example.com", "xn--bcher-kva.example.com"),
        ("go.example.com:8443", "go.example.com:8443"),
        ("example.co.uk", "example.co.uk"),
    ],
)
def test_a_new_domain_is_kept_in_its_one_spelling(add: Callable[..., Domain], typed: str, hostname: str) -> None:
    domain = add(typed)

    assert (domain.hostname, domain.verified_at, domain.is_serving) == (hostname, None, False)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "required"),
        ("   ", "required"),
        ("go.example.com/path", "invalid_host"),
        ("user@go.example.com", "invalid_host"),
        ("go.example.com\n", ""),
        ("go example.com", "invalid_host"),
        ("go_.example.com", "invalid_host"),
        ("-go.example.com", "invalid_host"),
        ("*.example.com", "invalid_host"),
        ("a" * 64 + ".example.com", "invalid_host"),
        (".".join(["abcdefgh"] * 28), "invalid_host"),
        ("192.0.2.7", "ip_address"),
        ("0x7f.1", "ip_address"),
        ("[2001:db8::1]", "ip_address"),
        ("localhost", "own_host"),
        ("short.localhost", "private_host"),
        ("intranet", "private_host"),
        ("short.internal", "private_host"),
        ("sho.rt", "own_host"),
        ("app.sho.rt", "own_host"),
        ("x.own.example.org", "own_host"),
        ("com", "private_host"),
        ("co.uk", "public_suffix"),
        ("github.io", "public_suffix"),
    ],
)
def test_a_host_that_cannot_be_a_domain_is_refused_in_words(add: Callable[..., Domain], typed: str, code: str) -> None:
    if not code:
        assert add(typed).hostname == HOST
        return
    with pytest.raises(DomainRefused) as refusal:
        add(typed)

    assert (refusal.value.code, refusal.value.field) == (code, "hostname")
    assert not Domain.objects.filter(workspace__isnull=False).exists()


def test_a_private_installation_may_have_private_domains(add: Callable[..., Domain], settings: Settings) -> None:
    settings.SHORT_DOMAIN = "localhost:8000"
    settings.PUBLIC_URL = "http://localhost:8000"

    assert add("go.localhost:8000").hostname == "go.localhost:8000"


def test_the_record_shows_whose_the_domain_is(add: Callable[..., Domain], owner: User, dns_server: NameServer) -> None:
    domain = add("go.example.com:8443")
    record = txt_record(domain)
    assert record.name == "_shortener-challenge.go.example.com"
    assert len(record.value) == 40
    dns_server.records[record.name] = [record.value]

    verified = verify_domain(actor=owner, domain=domain, now=NOW)

    assert (verified.verified_at, verified.checked_at, verified.is_serving) == (NOW, NOW, True)
    assert dns_server.asked[0] == record.name


@pytest.mark.parametrize("texts", [[], ["another-token"], ["x" * 300]])
def test_a_domain_without_its_record_is_not_verified(
    add: Callable[..., Domain], owner: User, dns_server: NameServer, texts: list[str]
) -> None:
    domain = add()
    dns_server.records[txt_record(domain).name] = texts

    with pytest.raises(NotVerified) as refusal:
        verify_domain(actor=owner, domain=domain, now=NOW)

    assert refusal.value.code == "record_missing"
    domain.refresh_from_db()
    assert (domain.verified_at, domain.checked_at) == (None, NOW)


def test_a_name_server_that_fails_decides_nothing(add: Callable[..., Domain], owner: User, dns_server: NameServer) -> None:
    domain = add()
    dns_server.rcode = dns.rcode.SERVFAIL

    with pytest.raises(NotVerified) as refusal:
        verify_domain(actor=owner, domain=domain, now=NOW)

    assert refusal.value.code == "dns_unavailable"
    domain.refresh_from_db()
    assert domain.checked_at is None


def test_a_verified_domain_is_refused_to_others_without_saying_whose(verified: Domain, add: Callable[..., Domain]) -> None:
    other = make_user("other")

    for typed in (HOST, f"{HOST}:8443"):
        with pytest.raises(DomainTaken) as refusal:
            add(typed, actor=other, workspace=other.personal_workspace)
        assert "Team" not in refusal.value.message
        assert "owner" not in refusal.value.message


def test_a_domain_of_the_installation_is_refused_to_workspaces(add: Callable[..., Domain]) -> None:
    Domain.objects.create(hostname="all.example.com")

    with pytest.raises(DomainTaken):
        add("all.example.com")


def test_a_domain_cannot_be_added_twice(add: Callable[..., Domain]) -> None:
    add()

    with pytest.raises(DomainTaken) as refusal:
        add()

    assert refusal.value.code == "domain_exists"


def test_a_claim_without_proof_does_not_keep_the_true_owner_out(add: Callable[..., Domain], owner: User, dns_server: NameServer) -> None:
    squatter = make_user("squatter")
    squatted = add(actor=squatter, workspace=squatter.personal_workspace)

    domain = add()

    assert not Domain.objects.filter(pk=squatted.pk).exists()
    assert txt_record(domain).value != squatted.verification_token
    publish(dns_server, domain)
    assert verify_domain(actor=owner, domain=domain, now=NOW).is_serving


def test_a_claim_is_given_the_same_token_again(add: Callable[..., Domain], owner: User) -> None:
    domain = add()
    remove_domain(actor=owner, domain=domain)

    assert add().verification_token == domain.verification_token


def test_links_can_be_made_on_verified_domains_of_the_workspace_alone(
    verified: Domain, owner: User, workspace: Workspace, add: Callable[..., Domain]
) -> None:
    everybodys = Domain.objects.create(hostname="all.example.com")
    claim = add("claim.example.com")
    other = make_user("other")
    others = Domain.objects.create(hostname="others.example.com", workspace=other.personal_workspace, verified_at=NOW)

    def create(domain: Domain) -> str:
        link = services.create_link(actor=owner, workspace=workspace, destination_url="https://example.org/", domain=domain, now=NOW)
        return selectors.short_url(link)

    assert create(verified).startswith(f"https://{HOST}/")
    assert create(everybodys).startswith("https://all.example.com/")
    for domain in (claim, others):
        with pytest.raises(LinkError) as refusal:
            create(domain)
        assert (refusal.value.code, refusal.value.field) == ("domain_not_usable", "domain")
    usable = [domain.hostname for domain in selectors.usable_domains(actor=owner, workspace=workspace)]
    assert usable[1:] == ["all.example.com", HOST]
    listed = [domain.hostname for domain in selectors.list_domains(actor=owner, workspace=workspace)]
    assert listed == ["claim.example.com", HOST]


def test_a_claim_does_not_forbid_links_to_the_host(add: Callable[..., Domain], make_link: Callable[..., object]) -> None:
    add("popular.example.com")

    assert make_link(destination_url="https://popular.example.com/page")


def test_a_domain_with_links_stays(verified: Domain, owner: User, workspace: Workspace) -> None:
    link = services.create_link(actor=owner, workspace=workspace, destination_url="https://example.org/", domain=verified, now=NOW)

    with pytest.raises(DomainInUse):
        remove_domain(actor=owner, domain=verified)

    services.delete_link(actor=owner, link=link, now=NOW)
    with pytest.raises(DomainInUse):
        remove_domain(actor=owner, domain=verified)


def test_a_domain_without_links_can_be_removed(verified: Domain, owner: User) -> None:
    remove_domain(actor=owner, domain=verified)

    assert not Domain.objects.filter(pk=verified.pk).exists()
    with pytest.raises(NotFound):
        remove_domain(actor=owner, domain=verified)


def test_a_domain_sends_lost_visitors_where_its_owner_says(verified: Domain, owner: User) -> None:
    changes = DomainSettings(
        root_url="https://www.example.com",
        not_found_url=" https://www.example.com/404 ",
        apple_app_ids=["ABCDE12345.com.example.app", "", "ABCDE12345.com.example.app"],
        android_apps=[{"package": "com.example.app", "fingerprints": [FINGERPRINT.lower(), FINGERPRINT.replace(":", "")]}],
    )

    domain = edit_domain(actor=owner, domain=verified, changes=changes)

    domain.refresh_from_db()
    assert (domain.root_url, domain.not_found_url, domain.expired_url) == ("https://www.example.com/", "https://www.example.com/404", "")
    assert domain.apple_app_ids == ["ABCDE12345.com.example.app"]
    assert domain.android_apps == [{"package": "com.example.app", "fingerprints": [FINGERPRINT]}]


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"root_url": "https://go.example.com/x"}, "own_domain", "root_url"),
        ({"not_found_url": "http://GO.example.com./"}, "own_domain", "not_found_url"),
        ({"not_found_url": "https://go.example.com:8443/"}, "own_domain", "not_found_url"),
        ({"expired_url": "https://app.sho.rt/"}, "own_domain", "expired_url"),
        ({"expired_url": "javascript:alert(1)"}, "scheme_not_allowed", "expired_url"),
        ({"root_url": "https://user@example.com/"}, "userinfo", "root_url"),
        ({"root_url": "https://example.com/\r\nX: y"}, "control_characters", "root_url"),
        ({"apple_app_ids": ["com.example.app"]}, "invalid_apple_app_id", "apple_app_ids"),
        ({"apple_app_ids": [f"ABCDE12345.com.app{number}" for number in range(21)]}, "too_many_apps", "apple_app_ids"),
        ({"android_apps": [{"package": "app", "fingerprints": [FINGERPRINT]}]}, "invalid_android_package", "android_apps"),
        ({"android_apps": [{"package": "com.example.app", "fingerprints": []}]}, "fingerprint_missing", "android_apps"),
        ({"android_apps": [{"package": "com.example.app", "fingerprints": ["AB:CD"]}]}, "invalid_fingerprint", "android_apps"),
        ({"android_apps": ["com.example.app"]}, "invalid_android_app", "android_apps"),
    ],
)
def test_what_a_domain_cannot_be_told_is_refused_at_its_field(
    add: Callable[..., Domain], owner: User, changes: dict[str, object], code: str, field: str
) -> None:
    domain = add()

    with pytest.raises(DomainRefused) as refusal:
        edit_domain(actor=owner, domain=domain, changes=DomainSettings(**changes))  # type: ignore[arg-type]

    assert (refusal.value.code, refusal.value.field) == (code, field)
    assert Domain.objects.get(pk=domain.pk).root_url == ""


def test_only_owners_manage_domains_and_strangers_see_none(
    verified: Domain, workspace: Workspace, stranger: User, teammate: Callable[[Role], User]
) -> None:
    editor = teammate(Role.EDITOR)
    for actor, refusal in ((editor, PermissionDenied), (stranger, NotFound)):
        with pytest.raises(refusal):
            add_domain(actor=actor, workspace=workspace, hostname="new.example.com", now=NOW)
        with pytest.raises(refusal):
            verify_domain(actor=actor, domain=verified, now=NOW)
        with pytest.raises(refusal):
            edit_domain(actor=actor, domain=verified, changes=DomainSettings())
        with pytest.raises(refusal):
            remove_domain(actor=actor, domain=verified)
    assert selectors.get_domain(actor=editor, workspace=workspace, hostname=HOST) == verified
    with pytest.raises(NotFound):
        selectors.get_domain(actor=stranger, workspace=workspace, hostname=HOST)
    with pytest.raises(NotFound):
        selectors.list_domains(actor=stranger, workspace=workspace)


def test_whoever_keeps_the_table_is_told_after_the_commit(
    add: Callable[..., Domain],
    owner: User,
    dns_server: NameServer,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    told: list[object] = []

    def hear(**kwargs: object) -> None:
        told.append(kwargs["sender"])

    domains_changed.connect(hear)
    try:
        domain = add()
        publish(dns_server, domain)
        with django_capture_on_commit_callbacks(execute=True):
            verify_domain(actor=owner, domain=domain, now=NOW)
        with django_capture_on_commit_callbacks(execute=True):
            edit_domain(actor=owner, domain=domain, changes=DomainSettings())
        with django_capture_on_commit_callbacks(execute=True):
            remove_domain(actor=owner, domain=domain)
    finally:
        domains_changed.disconnect(hear)

    assert told == [Domain, Domain, Domain]


def test_a_claim_is_verified_by_itself_once_its_record_shows(add: Callable[..., Domain], dns_server: NameServer) -> None:
    domain = add()
    assert check_domains(now=NOW) == 1
    domain.refresh_from_db()
    assert not domain.is_serving
    publish(dns_server, domain)

    check_domains(now=NOW + timedelta(minutes=10))

    domain.refresh_from_db()
    assert domain.verified_at == NOW + timedelta(minutes=10)


def test_an_old_claim_is_not_looked_at_any_more(add: Callable[..., Domain], dns_server: NameServer) -> None:
    add()

    assert check_domains(now=NOW + CLAIMS_FOR) == 0
    assert dns_server.asked == []


def test_a_domain_whose_record_is_gone_goes_on_serving_and_its_owner_is_told_later(verified: Domain, dns_server: NameServer) -> None:
    dns_server.records.clear()
    assert check_domains(now=NOW + timedelta(hours=1)) == 0
    noticed = NOW + timedelta(days=1)

    assert check_domains(now=noticed) == 1
    verified.refresh_from_db()
    assert (verified.is_serving, verified.record_missing_since) == (True, noticed)
    assert not is_record_lost(verified, now=noticed + timedelta(days=2))

    later = noticed + MISSING_TOLD_AFTER
    check_domains(now=later)
    verified.refresh_from_db()
    assert (verified.is_serving, is_record_lost(verified, now=later)) == (True, True)

    publish(dns_server, verified)
    check_domains(now=later + timedelta(days=1))
    verified.refresh_from_db()
    assert verified.record_missing_since is None


def test_a_name_server_that_is_down_makes_no_record_missing(verified: Domain, dns_server: NameServer) -> None:
    dns_server.rcode = dns.rcode.SERVFAIL

    assert check_domains(now=NOW + timedelta(days=2)) == 0

    verified.refresh_from_db()
    assert (verified.record_missing_since, verified.checked_at) == (None, NOW)
