"""Why the product does not start."""


class StartError(Exception):
    """A reason that the operator can mend, in one line that names the setting: `PORT: …`."""

    def __init__(self, setting: str, reason: str) -> None:
        super().__init__(f"{setting}: {reason}")
        self.setting = setting
        self.reason = reason


class EngineError(Exception):
    """An embedded engine could not be prepared or did not become ready; the text says which and why."""
