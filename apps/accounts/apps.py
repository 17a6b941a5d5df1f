from django.apps import AppConfig
from django.apps import apps as installed_apps
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "apps.accounts"

    def ready(self) -> None:
        # Models must be loaded before Django's permissions can be imported.
        import apps.accounts.passwords.checks  # noqa: PLC0415 - registers them
        import apps.accounts.tokens.checks  # noqa: F401, PLC0415
        from apps.accounts.groups import grant_after_migrate  # noqa: PLC0415
        from apps.accounts.privacy import consent, registry  # noqa: PLC0415

        registry.add_parts("apps.accounts.privacy.own_data.PARTS")
        registry.add_parts("apps.accounts.api_keys.own_data.PARTS")
        if installed_apps.is_installed("allauth.mfa"):
            # Not in a process for short domains.
            from apps.accounts.factors import recording as factors  # noqa: PLC0415
            from apps.accounts.providers import recording as providers  # noqa: PLC0415

            factors.connect()
            providers.connect()
        user_logged_in.connect(consent.note_at_login, dispatch_uid="accounts.consent")
        post_migrate.connect(grant_after_migrate, dispatch_uid="accounts.groups")
