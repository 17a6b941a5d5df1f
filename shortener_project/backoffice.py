"""Django admin as this project has it."""

import django_stubs_ext
from django.contrib.admin.apps import AdminConfig


class BackOfficeConfig(AdminConfig):
    default_site = "shortener_project.backoffice_site.BackOfficeSite"

    def ready(self) -> None:
        # Before the modules `admin` of all apps are imported: lets type arguments stand behind Django's
        # generic classes. Here, because it loads the admin, which a process for short domains does without.
        django_stubs_ext.monkeypatch()
        super().ready()
