"""People: users, workspaces, who belongs to which, the limits that hold for them, and what they did."""

from apps.accounts.models.api_keys import API_KEY_NAME_MAX_LENGTH, ApiKey
from apps.accounts.models.audit import AuditLog
from apps.accounts.models.invitations import Invitation
from apps.accounts.models.kept_answers import KeptAnswer
from apps.accounts.models.privacy import AccountDeletion, Consent, ConsentText
from apps.accounts.models.rate_limits import RateLimitPolicy
from apps.accounts.models.tokens import TokenFamily
from apps.accounts.models.users import User, UserManager
from apps.accounts.models.workspaces import WORKSPACE_NAME_MAX_LENGTH, Membership, Role, Workspace

__all__ = [
    "API_KEY_NAME_MAX_LENGTH",
    "WORKSPACE_NAME_MAX_LENGTH",
    "AccountDeletion",
    "ApiKey",
    "AuditLog",
    "Consent",
    "ConsentText",
    "Invitation",
    "KeptAnswer",
    "Membership",
    "RateLimitPolicy",
    "Role",
    "TokenFamily",
    "User",
    "UserManager",
    "Workspace",
]
