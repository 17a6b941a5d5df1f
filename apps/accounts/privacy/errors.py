"""Why an account cannot be deleted, or kept."""

from apps.common.errors import DomainError


class DeletionRefused(DomainError):
    """Something has to be done before; the codes are `hand_over_first` and `last_superuser`."""

    code = "deletion_refused"
    http_status = 409


class NothingToTakeBack(DomainError):
    """The account is not about to be deleted, or is too far gone."""

    code = "nothing_to_take_back"
    http_status = 409
