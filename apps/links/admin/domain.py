"""Domains of the installation: added, changed, and removed while they have no links. Those of
workspaces are looked at; their record and their owners decide about them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.links import hostnames
from apps.links.app_links import checked_android_apps, checked_apple_ids
from apps.links.domain_checks import is_record_lost
from apps.links.domain_errors import DomainRefused
from apps.links.domain_rules import checked_url
from apps.links.installation import announce_domains, public_scheme
from apps.links.models import Domain

_URLS = ("root_url", "not_found_url", "expired_url")


class DomainForm(forms.ModelForm[Domain]):
    """The rules of the services, shown beside the fields; the hostname is kept in its one spelling."""

    class Meta:
        model = Domain
        fields = ["hostname", *_URLS, "apple_app_ids", "android_apps"]
        help_texts = {
            "hostname": _("Host of short links, such as go.example.com, with the port unless it is the usual one."),
            "apple_app_ids": _("A list such as [“ABCDE12345.com.example.app”]."),
            "android_apps": _("A list of objects with “package” and “fingerprints”."),
        }

    def clean_hostname(self) -> str:
        hostname = hostnames.normalise(self.cleaned_data["hostname"], scheme=public_scheme())
        if hostname is None:
            raise forms.ValidationError(_("This is not a host name."), code="invalid_host")
        return hostname

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or self.cleaned_data
        hostname = data.get("hostname") or self.instance.hostname
        for name in (*_URLS, "apple_app_ids", "android_apps"):
            if name in data and name in self.changed_data:
                try:
                    data[name] = self._checked(name, data[name], hostname)
                except DomainRefused as error:
                    self.add_error(name, forms.ValidationError(error.message, code=error.code))
        return data

    @staticmethod
    def _checked(name: Any, value: Any, hostname: str) -> Any:
        if name in _URLS:
            return checked_url(value, field=name, hostname=hostname)
        if not isinstance(value, list) or (name == "apple_app_ids" and not all(isinstance(item, str) for item in value)):
            raise DomainRefused(str(_("Enter a list.")), code="no_list", field=name)
        return checked_apple_ids(value) if name == "apple_app_ids" else checked_android_apps(value)


@admin.register(Domain)
class DomainAdmin(admin.ModelAdmin[Domain]):
    """The default domain follows SHORT_DOMAIN and stays."""

    form = DomainForm
    list_display = ["hostname", "workspace", "is_default", "serves", "record_is_there", "created_at"]
    list_select_related = ["workspace"]
    list_filter = ["is_default", ("workspace", admin.EmptyFieldListFilter)]
    search_fields = ["hostname"]
    ordering = ["hostname"]
    readonly_fields = ["is_default", "workspace", "verified_at", "checked_at", "record_missing_since", "created_at", "updated_at"]

    @admin.display(description=_("serves"), boolean=True)
    def serves(self, domain: Domain) -> bool:
        return domain.is_serving

    @admin.display(description=_("record is there"), boolean=True)
    def record_is_there(self, domain: Domain) -> bool | None:
        """Nothing to look for at domains of the installation and those that are not verified."""
        return None if domain.verified_at is None else not is_record_lost(domain, now=timezone.now())

    def get_readonly_fields(self, request: HttpRequest, obj: Domain | None = None) -> list[str]:
        # Links are found by the hostname; another one would break every one that people have.
        return [*self.readonly_fields, "hostname"] if obj else list(self.readonly_fields)

    def save_model(self, request: HttpRequest, obj: Domain, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        if change:
            obj.save(update_fields=[*form.changed_data, "updated_at"])
        else:
            obj.save(force_insert=True)
        announce_domains()

    def delete_model(self, request: HttpRequest, obj: Domain) -> None:
        super().delete_model(request, obj)
        announce_domains()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not (obj is not None and obj.is_default) and super().has_delete_permission(request, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        # Deleting several at once could include the default domain.
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}
