"""The actions of the audit log in words."""

from collections.abc import Mapping, Sequence
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.accounts.audit.actions import AuditAction

Words = str | Promise

ACTIONS: Final[Mapping[AuditAction, Words]] = {
    AuditAction.LOGGED_IN: _("Logged in"),
    AuditAction.LOG_IN_FAILED: _("Log-in failed"),
    AuditAction.LOCKED_OUT: _("Locked out"),
    AuditAction.LOGGED_OUT: _("Logged out"),
    AuditAction.LOGGED_OUT_EVERYWHERE: _("Logged out everywhere"),
    AuditAction.SESSION_ENDED: _("Session ended"),
    AuditAction.REAUTHENTICATED: _("Confirmed who they are"),
    AuditAction.SIGNED_UP: _("Signed up"),
    AuditAction.EMAIL_VERIFIED: _("E-mail address verified"),
    AuditAction.EMAIL_CHANGED: _("E-mail address changed"),
    AuditAction.PASSWORD_CHANGED: _("Password changed"),
    AuditAction.PASSWORD_RESET_ASKED: _("Password reset asked for"),
    AuditAction.PASSWORD_RESET: _("Password reset"),
    AuditAction.SECOND_FACTOR_ADDED: _("Second factor added"),
    AuditAction.SECOND_FACTOR_REMOVED: _("Second factor removed"),
    AuditAction.RECOVERY_CODES_MADE: _("Recovery codes made"),
    AuditAction.RECOVERY_CODE_USED: _("Recovery code used"),
    AuditAction.PROVIDER_CONNECTED: _("Provider connected"),
    AuditAction.PROVIDER_DISCONNECTED: _("Provider disconnected"),
    AuditAction.USER_CREATED: _("User created"),
    AuditAction.USER_UPDATED: _("User edited"),
    AuditAction.USER_DEACTIVATED: _("User deactivated"),
    AuditAction.USER_ACTIVATED: _("User activated"),
    AuditAction.USER_RIGHTS_CHANGED: _("Rights of a user changed"),
    AuditAction.DATA_EXPORTED: _("Own data downloaded"),
    AuditAction.DELETION_ASKED: _("Deletion of the account asked for"),
    AuditAction.DELETION_TAKEN_BACK: _("Deletion of the account taken back"),
    AuditAction.USER_DELETED: _("User deleted"),
    AuditAction.CONSENT_GIVEN: _("Text agreed to"),
    AuditAction.TOKENS_ISSUED: _("Tokens issued"),
    AuditAction.TOKEN_REUSED: _("Used-up token seen again"),
    AuditAction.TOKENS_REVOKED: _("Tokens revoked"),
    AuditAction.SIGNING_KEY_ROTATED: _("Signing key rotated"),
    AuditAction.API_KEY_CREATED: _("API key created"),
    AuditAction.API_KEY_UPDATED: _("API key edited"),
    AuditAction.API_KEY_REVOKED: _("API key revoked"),
    AuditAction.WORKSPACE_CREATED: _("Workspace created"),
    AuditAction.WORKSPACE_UPDATED: _("Workspace edited"),
    AuditAction.WORKSPACE_DELETED: _("Workspace deleted"),
    AuditAction.OWNERSHIP_TRANSFERRED: _("Ownership handed over"),
    AuditAction.MEMBER_ADDED: _("Member added"),
    AuditAction.MEMBER_ROLE_CHANGED: _("Role of a member changed"),
    AuditAction.MEMBER_REMOVED: _("Member removed"),
    AuditAction.MEMBER_LEFT: _("Member left"),
    AuditAction.INVITATION_SENT: _("Invitation sent"),
    AuditAction.INVITATION_ACCEPTED: _("Invitation accepted"),
    AuditAction.INVITATION_REVOKED: _("Invitation revoked"),
    AuditAction.LINK_CREATED: _("Link created"),
    AuditAction.LINK_UPDATED: _("Link edited"),
    AuditAction.LINK_TAGS_CHANGED: _("Tags of a link changed"),
    AuditAction.LINK_RULES_CHANGED: _("Rules of a link changed"),
    AuditAction.LINK_CODE_CHANGED: _("Code of a link changed"),
    AuditAction.LINK_PASSWORD_SET: _("Password of a link set"),
    AuditAction.LINK_PASSWORD_CLEARED: _("Password of a link removed"),
    AuditAction.LINK_ENABLED: _("Link enabled"),
    AuditAction.LINK_DISABLED: _("Link disabled"),
    AuditAction.LINK_MOVED: _("Link moved"),
    AuditAction.LINK_DELETED: _("Link deleted"),
    AuditAction.LINK_RESTORED: _("Link restored"),
    AuditAction.LINK_PURGED: _("Link purged"),
    AuditAction.LINK_BANNED: _("Link blocked"),
    AuditAction.LINK_UNBANNED: _("Link unblocked"),
    AuditAction.LINK_FLAGGED: _("Warning put before a link"),
    AuditAction.LINK_UNFLAGGED: _("Warning taken from a link"),
    AuditAction.LINKS_IMPORTED: _("Links imported from a file"),
    AuditAction.LINKS_EXPORTED: _("Links downloaded as a file"),
    AuditAction.LINK_NOTED: _("Note about a link"),
    AuditAction.CLICKS_EXPORTED: _("Clicks downloaded"),
    AuditAction.CLICKS_ERASED: _("Clicks erased"),
    AuditAction.TAG_RENAMED: _("Tag renamed"),
    AuditAction.TAG_DELETED: _("Tag deleted"),
    AuditAction.DOMAIN_ADDED: _("Domain added"),
    AuditAction.DOMAIN_VERIFIED: _("Domain verified"),
    AuditAction.DOMAIN_UPDATED: _("Domain edited"),
    AuditAction.DOMAIN_REMOVED: _("Domain removed"),
    AuditAction.RATE_LIMIT_CREATED: _("Rate limit created"),
    AuditAction.RATE_LIMIT_UPDATED: _("Rate limit edited"),
    AuditAction.RATE_LIMIT_DELETED: _("Rate limit deleted"),
    AuditAction.CONSENT_TEXT_PUBLISHED: _("Text published"),
    AuditAction.OBJECT_CREATED: _("Created in the back office"),
    AuditAction.OBJECT_UPDATED: _("Edited in the back office"),
    AuditAction.OBJECT_DELETED: _("Deleted in the back office"),
}
# By the first part of their words, in the order of the list to choose from.
GROUPS: Final[Mapping[str, Words]] = {
    "link": _("Links"),
    "clicks": _("Clicks"),
    "tag": _("Tags"),
    "domain": _("Domains"),
    "user": _("Users"),
    "workspace": _("Workspaces"),
    "member": _("Members"),
    "invitation": _("Invitations"),
    "api_key": _("API keys"),
    "token": _("Tokens"),
    "rate_limit": _("Rate limits"),
    "consent_text": _("Texts to agree to"),
    "object": _("Back office"),
}
_FIELDS: Final[Mapping[str, Words]] = {
    "destination_url": _("Destination URL"),
    "valid_from": _("Valid from"),
    "expires_at": _("Expires at"),
    "utm": _("UTM defaults"),
    "max_clicks": _("Max clicks"),
    "is_active": _("Active"),
    "is_staff": _("May enter the back office"),
    "is_superuser": _("May do everything"),
    "is_crawlable": _("Open to search engines"),
    "root_url": _("Root URL"),
    "not_found_url": _("Not-found URL"),
    "expired_url": _("Expired URL"),
    "email": _("E-mail"),
}


def action_in_words(action: str) -> Words:
    """A word of a release to come stands for itself."""
    return ACTIONS.get(AuditAction(action), action) if action in set(AuditAction) else action


def field_in_words(name: str) -> Words:
    return _FIELDS.get(name) or name.replace("_", " ").capitalize()


def choices() -> Sequence[tuple[str, Words, Sequence[tuple[str, Words]]]]:
    """Groups to choose from, each as `link.*`, its name and its actions."""
    return [
        (f"{group}.*", name, [(str(action), words) for action, words in ACTIONS.items() if action.partition(".")[0] == group])
        for group, name in GROUPS.items()
    ]
