"""Why something about a workspace is refused."""

from apps.common.errors import DomainError


class WorkspaceRefused(DomainError):
    """What was asked for goes against a rule; the codes are `personal_workspace`, `last_owner`, `already_member`,
    `owner_role`, `not_an_admin`, `name_required`, `name_mismatch` and `too_many_invitations`."""

    code = "workspace_refused"
    http_status = 409


class InvitationRefused(DomainError):
    """The invitation is not for who shows it; the codes are `other_email` and `email_not_verified`."""

    code = "invitation_refused"
    http_status = 403
