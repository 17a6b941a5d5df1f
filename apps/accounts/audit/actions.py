"""Words for what is recorded. They are stored, so none is ever given another meaning."""

from enum import StrEnum


class AuditAction(StrEnum):
    """`thing.what happened to it`; whoever records something new adds its word."""

    LOGGED_IN = "user.logged_in"
    LOG_IN_FAILED = "user.log_in_failed"
    LOCKED_OUT = "user.locked_out"
    LOGGED_OUT = "user.logged_out"
    LOGGED_OUT_EVERYWHERE = "user.logged_out_everywhere"
    SESSION_ENDED = "user.session_ended"
    REAUTHENTICATED = "user.reauthenticated"
    SIGNED_UP = "user.signed_up"
    EMAIL_VERIFIED = "user.email_verified"
    EMAIL_CHANGED = "user.email_changed"
    PASSWORD_CHANGED = "user.password_changed"  # noqa: S105 - a word, not a password
    PASSWORD_RESET_ASKED = "user.password_reset_asked"  # noqa: S105
    PASSWORD_RESET = "user.password_reset"  # noqa: S105
    SECOND_FACTOR_ADDED = "user.second_factor_added"
    SECOND_FACTOR_REMOVED = "user.second_factor_removed"
    RECOVERY_CODES_MADE = "user.recovery_codes_made"
    RECOVERY_CODE_USED = "user.recovery_code_used"
    PROVIDER_CONNECTED = "user.provider_connected"
    PROVIDER_DISCONNECTED = "user.provider_disconnected"
    USER_CREATED = "user.created"
    USER_UPDATED = "user.updated"
    USER_DEACTIVATED = "user.deactivated"
    USER_ACTIVATED = "user.activated"
    USER_RIGHTS_CHANGED = "user.rights_changed"
    DATA_EXPORTED = "user.data_exported"
    DELETION_ASKED = "user.deletion_asked"
    DELETION_TAKEN_BACK = "user.deletion_taken_back"
    USER_DELETED = "user.deleted"
    CONSENT_GIVEN = "user.consent_given"

    TOKENS_ISSUED = "token.issued"
    TOKEN_REUSED = "token.reused"  # noqa: S105
    TOKENS_REVOKED = "token.revoked"
    SIGNING_KEY_ROTATED = "token.signing_key_rotated"
    API_KEY_CREATED = "api_key.created"
    API_KEY_UPDATED = "api_key.updated"
    API_KEY_REVOKED = "api_key.revoked"

    WORKSPACE_CREATED = "workspace.created"
    WORKSPACE_UPDATED = "workspace.updated"
    WORKSPACE_DELETED = "workspace.deleted"
    OWNERSHIP_TRANSFERRED = "workspace.ownership_transferred"
    MEMBER_ADDED = "member.added"
    MEMBER_ROLE_CHANGED = "member.role_changed"
    MEMBER_REMOVED = "member.removed"
    MEMBER_LEFT = "member.left"
    INVITATION_SENT = "invitation.sent"
    INVITATION_ACCEPTED = "invitation.accepted"
    INVITATION_REVOKED = "invitation.revoked"

    LINK_CREATED = "link.created"
    LINK_UPDATED = "link.updated"
    LINK_TAGS_CHANGED = "link.tags_changed"
    LINK_RULES_CHANGED = "link.rules_changed"
    LINK_CODE_CHANGED = "link.code_changed"
    LINK_PASSWORD_SET = "link.password_set"  # noqa: S105
    LINK_PASSWORD_CLEARED = "link.password_cleared"  # noqa: S105
    LINK_ENABLED = "link.enabled"
    LINK_DISABLED = "link.disabled"
    LINK_MOVED = "link.moved"
    LINK_DELETED = "link.deleted"
    LINK_RESTORED = "link.restored"
    LINK_PURGED = "link.purged"
    LINK_BANNED = "link.banned"
    LINK_UNBANNED = "link.unbanned"
    LINK_FLAGGED = "link.flagged"
    LINK_UNFLAGGED = "link.unflagged"
    LINK_NOTED = "link.noted"
    # One import, whatever its size; each of its links has a row of its own.
    LINKS_IMPORTED = "link.imported"
    LINKS_EXPORTED = "link.exported"
    # Single clicks, with all that is known of each visitor.
    CLICKS_EXPORTED = "clicks.exported"
    CLICKS_ERASED = "clicks.erased"
    TAG_RENAMED = "tag.renamed"
    TAG_DELETED = "tag.deleted"

    DOMAIN_ADDED = "domain.added"
    DOMAIN_VERIFIED = "domain.verified"
    DOMAIN_UPDATED = "domain.updated"
    DOMAIN_REMOVED = "domain.removed"

    RATE_LIMIT_CREATED = "rate_limit.created"
    RATE_LIMIT_UPDATED = "rate_limit.updated"
    RATE_LIMIT_DELETED = "rate_limit.deleted"
    CONSENT_TEXT_PUBLISHED = "consent_text.published"
    # Anything else that staff do in the back office.
    OBJECT_CREATED = "object.created"
    OBJECT_UPDATED = "object.updated"
    OBJECT_DELETED = "object.deleted"
