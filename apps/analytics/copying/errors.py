"""Expected failures of copying."""


class CopyFailed(Exception):
    """Copying cannot go on; the text says why. What has been copied stays, and the next run goes on from there."""
