"""The browser, for as long as tests of this folder run: its event loop must not stand in the way of other tests'."""

# pytest ends what is made for a package with the package whose conftest names it.
from tests.web.conftest import chromium

__all__ = ["chromium"]
