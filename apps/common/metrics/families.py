"""What a figure is: a name, what it means, and its values by label."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

# Labels and the value that they have.
Sample = tuple[dict[str, str], float]
Values = float | Mapping[str, float]


class Kind(StrEnum):
    # Grows from 0 on; of several processes the sum counts.
    COUNTER = "counter"
    # The state of one process.
    GAUGE = "gauge"
    # The state of something that several processes look at: the latest look counts.
    SHARED = "shared"


@dataclass(frozen=True, slots=True)
class Family:
    """`name` is without the prefix of the installation; a counter's ends in `_total`."""

    name: str
    kind: Kind
    help: str
    samples: list[Sample]


def counter(name: str, text: str, values: Values, *, label: str = "") -> Family:
    """A number of events since the process began; with `label`, one by each of its words."""
    return Family(name, Kind.COUNTER, text, _samples(values, label))


def gauge(name: str, text: str, values: Values, *, label: str = "") -> Family:
    """A present state of the process; with `label`, one by each of its words."""
    return Family(name, Kind.GAUGE, text, _samples(values, label))


def shared(name: str, text: str, samples: Iterable[Sample]) -> Family:
    """A present state of the installation."""
    return Family(name, Kind.SHARED, text, list(samples))


def _samples(values: Values, label: str) -> list[Sample]:
    if isinstance(values, Mapping):
        return [({label: word}, value) for word, value in values.items()]
    return [({}, values)]


def summed(families: Iterable[Family]) -> list[Family]:
    """The counters among `families`, those of one name and the same labels added up."""
    texts: dict[str, str] = {}
    sums: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
    for family in families:
        if family.kind is not Kind.COUNTER:
            continue
        texts.setdefault(family.name, family.help)
        of_name = sums.setdefault(family.name, {})
        for labels, value in family.samples:
            key = tuple(sorted(labels.items()))
            of_name[key] = of_name.get(key, 0) + value
    return [
        Family(name, Kind.COUNTER, texts[name], [(dict(key), value) for key, value in of_name.items()]) for name, of_name in sums.items()
    ]
