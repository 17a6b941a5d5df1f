"""Links with words in them, the same in each run: what searches are measured on."""

from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from random import Random
from string import ascii_letters, digits

_SYLLABLES = ("ba", "co", "di", "fu", "ga", "he", "ki", "lo", "ma", "ne", "or", "pa", "qui", "ra", "so", "ti", "un", "ve", "wi", "za")
WORDS = 20_000
HOSTS = 5_000
TAGS = 60


@dataclass(frozen=True, slots=True)
class LinkText:
    code: str
    destination_url: str
    title: str
    description: str
    tags: Sequence[str]


@cache
def vocabulary() -> Sequence[str]:
    """Words from the commonest on; common ones are short, as in languages."""
    random = Random(7)  # noqa: S311 - the same words in each run
    found: dict[str, None] = {}
    while len(found) < WORDS:
        syllables = 2 + (len(found) > 300) + random.randint(0, 1)
        found["".join(random.choices(_SYLLABLES, k=syllables))] = None
    return list(found)


class _Zipf:
    """Draws indices of which the first come most often, as words do."""

    def __init__(self, size: int) -> None:
        self._bounds = list(accumulate(1 / (rank + 10) for rank in range(size)))

    def draw(self, random: Random) -> int:
        return min(bisect(self._bounds, random.random() * self._bounds[-1]), len(self._bounds) - 1)


def link_texts(first: int, count: int) -> Iterator[LinkText]:
    """The links from number `first` on; the same number always has the same text."""
    words, word_ranks, host_ranks = vocabulary(), _Zipf(WORDS), _Zipf(HOSTS)
    for number in range(first, first + count):
        random = Random(number)  # noqa: S311

        def draw(most: int, random: Random = random) -> list[str]:
            return [words[word_ranks.draw(random)] for _ in range(most)]

        host = words[-1 - host_ranks.draw(random)]
        path = "/".join("-".join(draw(random.randint(1, 4))) for _ in range(random.randint(1, 3)))
        campaign = f"utm_source={words[number % 40]}&utm_campaign={words[number % 900]}"
        yield LinkText(
            code=_code(number, random, words),
            destination_url=f"https://www.{host}.example/{path}/{number}?{campaign}",
            title=" ".join(draw(random.randint(2, 8))).capitalize() if random.random() < 0.7 else "",
            description=" ".join(draw(random.randint(5, 25))) if random.random() < 0.3 else "",
            tags=sorted({words[random.randrange(TAGS)] for _ in range(random.randint(0, 3))}),
        )


def _code(number: int, random: Random, words: Sequence[str]) -> str:
    """One in ten is chosen by people, the others are generated."""
    if number % 10 == 0:
        return f"{words[number % 997]}-{number}"
    return "".join(random.choices(ascii_letters + digits, k=7)) + _suffix(number)


def _suffix(number: int) -> str:
    """Keeps generated codes apart without remembering them."""
    return ascii_letters[number % 52]
