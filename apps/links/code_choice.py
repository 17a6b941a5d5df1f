"""Which code a new link gets. The unique constraint is the judge: nothing is asked beforehand."""

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.links import codes
from apps.links.errors import CodeTaken, LinkError
from apps.links.models import Link
from apps.links.reserved import is_reserved

# Another link has the code, or had it before it was renamed.
_UNIQUE = {"link_domain_code_unique", "link_code_is_no_alias"}
# Collisions at one length before the next try is a character longer.
_TRIES_PER_LENGTH = 3


def require_usable(code: str) -> None:
    """Pass if `code` may be chosen as a custom code, taken or not. Raises LinkError with the codes
    `code_too_long`, `invalid_code` or `reserved_code`."""
    if len(code) > codes.MAX_LENGTH:
        message = _("The code is too long: at most %(limit)d characters are possible.") % {"limit": codes.MAX_LENGTH}
        raise LinkError(message, code="code_too_long", field="code")
    if not codes.is_code(code):
        message = _("A code consists of the letters a to z and A to Z, digits, “-” and “_”. Remove all other characters.")
        raise LinkError(message, code="invalid_code", field="code")
    if is_reserved(code):
        message = _("This word is kept for pages of the site. Choose another code.")
        raise LinkError(message, code="reserved_code", field="code")


def taken(code: str) -> CodeTaken:
    """The error for a custom code that another link has, or had before it was renamed or deleted."""
    message = _("The code “%(code)s” is taken. Choose another one.") % {"code": code}
    return CodeTaken(message, code="code_taken", field="code")


def insert_with_custom_code(link: Link, code: str) -> None:
    """Store the new `link` under `code`. Raises LinkError, CodeTaken when another was there first."""
    require_usable(code)
    if not _insert(link, code):
        raise taken(code)


def insert_with_generated_code(link: Link) -> None:
    """Store the new `link` under a random code that is free; codes grow longer when few are left."""
    collisions = 0
    while True:
        length = settings.CODE_LENGTH + collisions // _TRIES_PER_LENGTH
        code = codes.generate(min(length, codes.MAX_LENGTH))
        if not is_reserved(code) and _insert(link, code):
            return
        collisions += 1


def _insert(link: Link, code: str) -> bool:
    """Whether the row could be stored; False when the code is taken."""
    link.code = code
    try:
        with transaction.atomic():
            link.save(force_insert=True)
    except IntegrityError as error:
        if not says_taken(error):
            raise
        # Django has set the key of a row that is not there.
        link.pk = None
        link._state.adding = True
        return False
    return True


def says_taken(error: IntegrityError) -> bool:
    """Whether the database refused a link because its code is another's."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) in _UNIQUE
