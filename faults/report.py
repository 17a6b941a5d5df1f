"""What one fault has shown: numbers, each with its bound, and whether all were held."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Report:
    """Collects what was seen; a number beyond its bound breaks the whole."""

    name: str
    seen: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    @property
    def is_held(self) -> bool:
        return not self.broken

    def tell(self, what: str, value: float | str, unit: str = "") -> None:
        """Something without a bound."""
        self.seen.append(f"{what} {_number(value)}{unit}")

    def at_most(self, what: str, value: float, bound: float, unit: str = "") -> None:
        self._check(f"{what} {_number(value)}{unit} (<={_number(bound)})", ok=value <= bound)

    def at_least(self, what: str, value: float, bound: float, unit: str = "") -> None:
        self._check(f"{what} {_number(value)}{unit} (>={_number(bound)})", ok=value >= bound)

    def none(self, what: str, found: "list[str] | set[str]") -> None:
        """Nothing of the kind may have been found; the first ones are shown."""
        shown = f": {', '.join(sorted(found)[:3])}" if found else ""
        self._check(f"{what} {len(found)}{shown}", ok=not found)

    def line(self) -> str:
        """One line for people and programs."""
        return f"fault {self.name} {'held' if self.is_held else 'broken'} {'; '.join(self.seen)}"

    def _check(self, text: str, *, ok: bool) -> None:
        self.seen.append(text if ok else f"BROKEN {text}")
        if not ok:
            self.broken.append(text)


def _number(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.4g}" if isinstance(value, float) else str(value)
