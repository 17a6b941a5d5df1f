"""Forms about workspaces. Rules are the services' business; these give words to what is typed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import WORKSPACE_NAME_MAX_LENGTH, Role
from apps.common.errors import DomainError

# Owners are made by transfer alone.
GIVEN_ROLES = [(role.value, role.label) for role in (Role.ADMIN, Role.EDITOR, Role.VIEWER)]


class _WorkspaceForm(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def add_refusal(self, error: DomainError) -> None:
        """Show why a service has refused, at the field that it names."""
        self.add_error(error.field if error.field in self.fields else None, forms.ValidationError(error.message, code=error.code))


class NameForm(_WorkspaceForm):
    name = forms.CharField(label=_("Name"), max_length=WORKSPACE_NAME_MAX_LENGTH, help_text=_("Members see it, and whoever is invited."))


class InvitationForm(_WorkspaceForm):
    email = forms.EmailField(label=_("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(label=_("Role"), choices=GIVEN_ROLES, initial=Role.EDITOR.value)


class RoleForm(_WorkspaceForm):
    role = forms.ChoiceField(label=_("Role"), choices=GIVEN_ROLES, widget=forms.Select(attrs={"class": "input button button-small"}))


class TransferForm(_WorkspaceForm):
    stay_owner = forms.BooleanField(label=_("Stay an owner, too"), required=False)


class DeleteWorkspaceForm(_WorkspaceForm):
    confirmation = forms.CharField(
        label=_("Type the workspace's name to confirm"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
