"""Redirect rules on the page of their link in the back office."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from apps.links import rules
from apps.links.errors import LinkError
from apps.links.models import Link, RedirectRule
from apps.links.rules import RuleSpec


class RuleForms(forms.BaseInlineFormSet[RedirectRule, Link, Any]):
    """The rules of one link, judged together as the services do."""

    def specs(self) -> list[RuleSpec]:
        """The rules that the page asks for, without those marked for deletion and empty rows."""
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        return [RuleSpec(row["priority"], row["conditions"] or [], row["destination_url"], row["weight"]) for row in rows]

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        link: Link = self.instance
        present = {link.destination_url, *(rule.destination_url for rule in rules.rules_of(link))} if link.pk else ()
        try:
            rules.checked(self.specs(), known=present)
        except LinkError as error:
            raise forms.ValidationError(error.message, code=error.code) from None


class RuleInline(admin.TabularInline[RedirectRule, Link]):
    """Who may change a link may change its rules; LinkAdmin has the services write them."""

    model = RedirectRule
    formset = RuleForms
    fields = ["priority", "conditions", "destination_url", "weight"]
    ordering = ["priority", "id"]
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Link | None = None) -> bool:
        return request.user.has_perm("links.view_link") or self._may_change(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Link | None = None) -> bool:
        return self._may_change(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Link | None = None) -> bool:
        return self._may_change(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Link | None = None) -> bool:
        return self._may_change(request, obj)

    @staticmethod
    def _may_change(request: HttpRequest, link: Link | None) -> bool:
        is_deleted = link is not None and link.deleted_at is not None
        return not is_deleted and request.user.has_perm("links.change_link")
