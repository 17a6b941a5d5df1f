"""What axe, Deque's checker of accessibility, has to say against a page: WCAG 2.2 A and AA, and best practices."""

from functools import cache
from pathlib import Path

from playwright.sync_api import Page

_RUN = """
async () => (await axe.run(document, {resultTypes: ["violations"]})).violations.flatMap(
  (found) => found.nodes.map((node) => `${found.id}: ${node.target.join(" ")}`))
"""


def violations(window: Page) -> list[str]:
    """The rule and the element of each, for the page in `window` as it looks now."""
    # By the protocol of the developer tools, which the page's policy has no say in.
    if not window.evaluate("'axe' in window"):
        window.evaluate(_source())
    # What moves or fades in has other colours for a moment.
    window.evaluate("Promise.all(document.getAnimations().map((each) => each.finished.catch(() => null))).then(() => null)")
    found: list[str] = window.evaluate(_RUN)
    return found


@cache
def _source() -> str:
    return (Path(__file__).parent / "assets" / "axe.min.js").read_text(encoding="utf-8")
