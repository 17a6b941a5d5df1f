"""How well the caches of redirects work, from the figures of all processes of this machine."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from apps.common.metrics.files import ProcessFigures

ROLE = "redirector"


@dataclass(frozen=True, slots=True)
class CacheFigures:
    """Of one process or of several; `redis_…` are look-ups that followed a miss."""

    hits: int = 0
    misses: int = 0
    negative_hits: int = 0
    evictions: int = 0
    stale_refusals: int = 0
    entries: int = 0
    redis_hits: int = 0
    redis_misses: int = 0
    database_look_ups: int = 0

    @property
    def hit_ratio(self) -> float | None:
        """Share of requests answered without asking anybody; None when there were none."""
        return _share(self.hits + self.negative_hits, self.misses)

    @property
    def redis_hit_ratio(self) -> float | None:
        """Share of look-ups in Redis that it could answer; None when there were none."""
        return _share(self.redis_hits, self.redis_misses)

    def __add__(self, other: Self) -> "CacheFigures":
        return CacheFigures(**{name: getattr(self, name) + getattr(other, name) for name in CacheFigures.__slots__})

    def since(self, before: Self) -> "CacheFigures":
        """What was counted after `before`; entries are those of now."""
        grown = {name: getattr(self, name) - getattr(before, name) for name in CacheFigures.__slots__}
        return CacheFigures(**grown | {"entries": self.entries})


def _share(part: int, rest: int) -> float | None:
    return part / (part + rest) if part + rest else None


_NAMES = {
    **{name: f"cache_{name}_total" for name in ("hits", "misses", "negative_hits", "evictions", "stale_refusals")},
    **{name: f"{name}_total" for name in ("redis_hits", "redis_misses", "database_look_ups")},
    "entries": "cache_entries",
}


def cache_figures(processes: Iterable[ProcessFigures]) -> Mapping[int, CacheFigures]:
    """Of each redirector, by its process id, since it began."""
    return {process.pid: _of(process) for process in processes if process.role == ROLE}


def _of(process: ProcessFigures) -> CacheFigures:
    values = {family.name: int(sum(value for _labels, value in family.samples)) for family in process.families}
    return CacheFigures(**{name: values.get(figure, 0) for name, figure in _NAMES.items()})
