from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "apps.accounts"

    def ready(self) -> None:
        # Models must be loaded before Django's permissions can be imported.
        from apps.accounts.groups import grant_after_migrate  # noqa: PLC0415

        post_migrate.connect(grant_after_migrate, dispatch_uid="accounts.groups")
