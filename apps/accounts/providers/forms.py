"""What is asked of somebody whom a provider has not told enough about."""

from allauth.socialaccount import forms

from apps.accounts.forms import ChecksEmail, Worded
from apps.accounts.privacy.forms import AsksConsent


class ProviderSignupForm(Worded, ChecksEmail, AsksConsent, forms.SignupForm):  # type: ignore[misc]
    pass
