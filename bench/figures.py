"""One measured figure against its goal."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` in `unit`; `goal` is a bound written with its sign, such as ">= 0.35"; "told" has none."""

    name: str
    value: float
    unit: str
    goal: str
    ok: bool

    @classmethod
    def at_least(cls, name: str, value: float, unit: str, goal: float) -> "Figure":
        return cls(name, value, unit, f">={goal:g}", value >= goal)

    @classmethod
    def at_most(cls, name: str, value: float, unit: str, goal: float) -> "Figure":
        return cls(name, value, unit, f"<={goal:g}", value <= goal)

    @classmethod
    def told(cls, name: str, value: float, unit: str) -> "Figure":
        """A figure that is reported without a goal."""
        return cls(name, value, unit, "told", ok=True)

    def line(self) -> str:
        return f"bench {self.name} {self.value:.4g} {self.unit} goal {self.goal} {'ok' if self.ok else 'short'}"

    def as_dict(self) -> dict[str, object]:
        return asdict(self)
