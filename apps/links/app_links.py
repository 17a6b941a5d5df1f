"""The apps that open a domain's links, as Apple and Google want them named."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from apps.links.domain_errors import DomainRefused

MAX_APPS = 20
_is_apple_id = re.compile(r"[A-Z0-9]{10}\.[A-Za-z0-9][A-Za-z0-9.-]{0,154}\Z").match
_is_package = re.compile(r"(?=.{3,223}\Z)[A-Za-z]\w*(?:\.[A-Za-z]\w*)+\Z", re.ASCII).match
_is_fingerprint = re.compile(r"[0-9A-F]{64}\Z").match


def checked_apple_ids(ids: Iterable[str]) -> list[str]:
    """Each `TEAMID.bundle.id` once, in their order. Raises DomainRefused with field "apple_app_ids"."""
    found = list(dict.fromkeys(text.strip() for text in ids if text.strip()))
    for app_id in found:
        if not _is_apple_id(app_id):
            message = _("“%(text)s” is not an app ID: ten letters and digits of the team, a dot, then the bundle ID.")
            raise DomainRefused(message % {"text": app_id[:100]}, code="invalid_apple_app_id", field="apple_app_ids")
    if len(found) > MAX_APPS:
        raise DomainRefused(_too_many(), code="too_many_apps", field="apple_app_ids")
    return found


def checked_android_apps(apps: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each package once with its certificates' fingerprints in the form `AB:CD:…`.

    Raises DomainRefused with field "android_apps"."""
    found: dict[str, list[str]] = {}
    for app in apps:
        package, fingerprints = _read_android(app)
        if not _is_package(package):
            message = _("“%(text)s” is not the name of an Android package, such as com.example.app.") % {"text": package[:100]}
            raise DomainRefused(message, code="invalid_android_package", field="android_apps")
        if not fingerprints:
            message = _("Add the SHA-256 fingerprint of the signing certificate behind %(package)s.") % {"package": package}
            raise DomainRefused(message, code="fingerprint_missing", field="android_apps")
        known = found.setdefault(package, [])
        known.extend(mark for mark in map(_checked_fingerprint, fingerprints) if mark not in known)
    if len(found) > MAX_APPS or any(len(marks) > MAX_APPS for marks in found.values()):
        raise DomainRefused(_too_many(), code="too_many_apps", field="android_apps")
    return [{"package": package, "fingerprints": marks} for package, marks in found.items()]


def _read_android(app: object) -> tuple[str, Sequence[str]]:
    """Package and fingerprints of what may have been typed as JSON in the back office."""
    if isinstance(app, Mapping):
        package, fingerprints = app.get("package"), app.get("fingerprints")
        if isinstance(package, str) and isinstance(fingerprints, list) and all(isinstance(mark, str) for mark in fingerprints):
            return package.strip(), fingerprints
    message = _("Each Android app is an object with “package” and “fingerprints”.")
    raise DomainRefused(message, code="invalid_android_app", field="android_apps")


def _checked_fingerprint(text: str) -> str:
    digits = re.sub(r"[\s:]", "", text).upper()
    if not _is_fingerprint(digits):
        message = _("“%(text)s” is not a SHA-256 fingerprint: 32 pairs of hexadecimal digits, separated by colons.") % {"text": text[:100]}
        raise DomainRefused(message, code="invalid_fingerprint", field="android_apps")
    return ":".join(digits[at : at + 2] for at in range(0, 64, 2))


def _too_many() -> str:
    return _("At most %(limit)d are possible.") % {"limit": MAX_APPS}
