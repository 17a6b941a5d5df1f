"""Groups of people who work in the back office, and what each may do there.

The groups are made by a migration. Their permissions are granted after migrate has made the
permissions of an app, so that this table may name apps whose code must not be imported here.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed_apps
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import router

MODERATOR = "moderator"
ADMIN = "admin"

# `app_label.codename`; `*` stands for all permissions of the app.
GRANTS: Mapping[str, tuple[str, ...]] = {
    MODERATOR: (
        "accounts.view_user",
        "accounts.view_workspace",
        "accounts.view_membership",
        "accounts.view_auditlog",
        "links.view_link",
        "links.change_link",
        "links.view_domain",
        "links.view_alias",
        "links.view_redirectrule",
        "links.view_tag",
        "links.view_linktag",
        "analytics.view_orphanclick",
    ),
    ADMIN: ("accounts.*", "account.*", "links.*", "events.*", "auth.view_group", "analytics.view_orphanclick"),
}


def grant_after_migrate(*, app_config: AppConfig, using: str, apps: Apps = installed_apps, **_kwargs: Any) -> None:
    """Give the groups their permissions of one app; receiver of `post_migrate`, safe to repeat.

    Only adds: what an operator has granted besides stays. A group that an operator has removed is
    not made again.
    """
    wanted = {group: list(_codenames(app_config.label, grants)) for group, grants in GRANTS.items()}
    if not any(wanted.values()):
        return
    try:
        group_model = apps.get_model("auth", "Group")
        permission_model = apps.get_model("auth", "Permission")
    except LookupError:
        return
    if not router.allow_migrate_model(using, group_model):
        return
    # Django makes them on the same signal, perhaps after this receiver; doing it twice does no harm.
    create_permissions(app_config, verbosity=0, interactive=False, using=using, apps=apps)
    permissions = permission_model.objects.using(using).filter(content_type__app_label=app_config.label)
    for group in group_model.objects.using(using).filter(name__in=wanted):
        codenames = wanted[group.name]
        group.permissions.add(*(permissions if "*" in codenames else permissions.filter(codename__in=codenames)))


def _codenames(app_label: str, grants: tuple[str, ...]) -> Iterator[str]:
    for grant in grants:
        label, codename = grant.split(".")
        if label == app_label:
            yield codename
