"""What can be wrong with a file or an import as a whole."""

from apps.common.errors import DomainError


class ImportRefused(DomainError):
    """A file cannot be imported, or an import not be done as asked; `field` names the input at fault, "" for none.

    Codes: `file_empty`, `file_too_large`, `unknown_format`, `unreadable_file`, `import_running`, `wrong_state`, `invalid_choice`."""

    code = "import_refused"


class FileBroken(Exception):
    """A file cannot be read on; its argument is a whole sentence that says where it breaks."""


class LostHold(Exception):
    """Somebody else works on the import, or has stopped it."""
