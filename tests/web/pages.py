"""Every page of the site and of the back office, and what a browser has to say against one."""

from collections.abc import Iterator

from django.contrib.admin.sites import site
from django.db.models import Model
from django.test import RequestFactory
from django.urls import reverse
from playwright.sync_api import BrowserContext, ConsoleMessage, Page

from apps.accounts.models import User
from apps.links.models import Link
from tests.web.links import page_of

# Of the page's own status, which some pages rightly have, Chromium speaks as of an error.
_OWN_STATUS = "Failed to load resource"


def public_pages() -> list[str]:
    names = ("home", "account_signup", "account_login", "account_reset_password", "account_reset_password_done")
    visitors = ["/plain2", "/sched1", "/expir1", "/disab1", "/delet1", "/no/such/page/"]
    return [*map(reverse, names), *visitors, "/accounts/confirm-email/none/", "/accounts/password/reset/key/1-none/"]


def member_pages(links: dict[str, Link]) -> list[str]:
    names: tuple[str, ...] = (
        "analytics:dashboard",
        "links:list",
        "links:create",
        "account_email",
        "account_change_password",
        "account_logout",
    )
    names += ("links:imports", "links:export")
    names += ("audit:log", "privacy:index", "privacy:delete", "api_keys:list", "api_keys:create")
    lists = [reverse("links:list") + query for query in ("?state=deleted", "?search=none", "?tag=docs", "?page=9")]
    forms = [page_of(links["wide"], name) for name in ("links:edit", "links:delete", "links:qr")]
    others = [page_of(links["plain"]) + "?range=24h", page_of(links["plain"]) + "?from=x", "/links/no.such/link/", "/admin/"]
    others += [page_of(links["plain"]) + "by/country/", reverse("analytics:workspace_dimension", args=["utm_campaign"])]
    others += [f"{reverse('analytics:compare')}?link={link.domain.hostname}/{link.code}" for link in (links["plain"], links["wide"])]
    ways_in = ("profile:edit", "mfa_index", "mfa_list_webauthn", "sessions:list", "socialaccount_connections", "account_reauthenticate")
    others += map(reverse, ways_in)
    return [*map(reverse, names), *lists, *forms, *others, *(page_of(link) for link in links.values())]


def back_office_pages(user: User) -> Iterator[str]:
    """Index, change of password, and for each model its list, its form for a new one, and one of its rows with its history."""
    request = RequestFactory().get("/")
    request.user = user
    yield from (reverse("admin:index"), reverse("admin:password_change"))
    for model, model_admin in site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        if model_admin.has_add_permission(request):
            yield reverse(f"{name}_add")
        row = _first(model)
        if row is not None:
            yield from (reverse(f"{name}_change", args=[row]), reverse(f"{name}_history", args=[row]))


def _first(model: type[Model]) -> object:
    return model._default_manager.values_list("pk", flat=True).first()


class Complaints(list[str]):
    """What the console of `context` says, CSP violations among it, and pages that are too wide."""

    def __init__(self, context: BrowserContext) -> None:
        super().__init__()
        context.on("console", self._note)
        context.on("weberror", lambda error: self.append(f"{error.page and error.page.url}: {error.error}"))

    def _note(self, message: ConsoleMessage) -> None:
        page = message.page
        is_own_status = message.text.startswith(_OWN_STATUS) and page is not None and message.location["url"] == page.url
        if message.type in {"error", "warning"} and not is_own_status:
            self.append(f"{page and page.url}: {message.text} {message.location['url']}")

    def look(self, page: Page, path: str) -> None:
        """Open the page and hear what there is to say against it, in light and in dark."""
        page.emulate_media(color_scheme="light")
        answer = page.goto(path)
        if answer is None or answer.status >= 500:
            self.append(f"{path}: {answer and answer.status}")
        self.measure(page)
        page.emulate_media(color_scheme="dark")
        self.measure(page)

    def measure(self, page: Page) -> None:
        inner, outer = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        if inner > outer:
            self.append(f"{page.url}: {inner} px wide in {outer} px")
