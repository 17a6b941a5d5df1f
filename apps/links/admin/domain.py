"""Domains: which there are, and new ones."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.links import hostnames
from apps.links.domains import public_scheme
from apps.links.models import Domain


class DomainForm(forms.ModelForm[Domain]):
    """A new domain; the hostname is kept in its one spelling."""

    class Meta:
        model = Domain
        fields = ["hostname"]
        help_texts = {"hostname": _("Host of short links, such as go.example.com, with the port unless it is the usual one.")}

    def clean_hostname(self) -> str:
        hostname = hostnames.normalise(self.cleaned_data["hostname"], scheme=public_scheme())
        if hostname is None:
            raise forms.ValidationError(_("This is not a host name."), code="invalid_host")
        return hostname


@admin.register(Domain)
class DomainAdmin(admin.ModelAdmin[Domain]):
    """Domains are added and, while they have no links, removed. The default one follows SHORT_DOMAIN."""

    form = DomainForm
    list_display = ["hostname", "is_default", "created_at"]
    search_fields = ["hostname"]
    ordering = ["hostname"]
    readonly_fields = ["is_default", "created_at", "updated_at"]

    def has_change_permission(self, request: HttpRequest, obj: Domain | None = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not (obj is not None and obj.is_default) and super().has_delete_permission(request, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        # Deleting several at once could include the default domain.
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}
