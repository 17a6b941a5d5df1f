"""Load from a process of its own, and what its answers say."""

import json
import random
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from faults.servers import ROOT
from faults.stage import Stage
from tests.load.generator import Answer

CONNECTIONS = 32
# More than any fault lasts.
_ENDLESS = 10_000_000
_MIX = 2000


def mix_of(*, hot: Sequence[str], others: Sequence[str], unknown: Sequence[str]) -> list[str]:
    """URLs to be taken in turn: of a hundred, 80 hot ones, 5 unknown, and the rest others."""
    chance = random.Random(1)  # noqa: S311 - the same load in each run
    urls = [chance.choice(hot) for _ in range(_MIX * 80 // 100)]
    urls += [chance.choice(others) for _ in range(_MIX * 15 // 100)]
    urls += [chance.choice(unknown) for _ in range(_MIX * 5 // 100)]
    chance.shuffle(urls)
    return urls


class Traffic:
    """A running load; its answers are known when it has ended."""

    def __init__(self, folder: Path, urls: Iterable[str], *, rate: float, host: str, per_connection: int = 0) -> None:
        number = sum(1 for _ in folder.glob("load-*.txt"))
        listed, self._log = folder / f"load-{number}.txt", folder / f"answers-{number}.jsonl"
        listed.write_text("\n".join(urls), encoding="ascii")
        options = {"--list": listed, "--log": self._log, "--rate": rate, "--host": host, "--per-connection": per_connection}
        options |= {"--count": _ENDLESS, "--connections": CONNECTIONS}
        arguments = [str(part) for pair in options.items() for part in pair]
        command = [sys.executable, "-m", "tests.load.generator", *arguments]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, start_new_session=True)  # noqa: S603 - ours
        self.answers: list[Answer] = []

    def end(self) -> None:
        """Stop it and read what it has seen."""
        if self._process.poll() is None:
            self._process.terminate()
        if self._process.wait(60) != 0:
            raise RuntimeError("the load generator failed; its words are above")
        with self._log.open(encoding="utf-8") as lines:
            self.answers = [Answer(**json.loads(line)) for line in lines]

    @property
    def accepted(self) -> set[str]:
        return {answer.probe for answer in self.answers if 300 <= answer.status < 400}

    def between(self, began: float, ended: float) -> list[Answer]:
        """Answers to requests whose turn came within an interval of the monotonic clock."""
        return [answer for answer in self.answers if began <= answer.at < ended]


@contextmanager
def traffic(stage: Stage, urls: Iterable[str], *, rate: float, per_connection: int = 0) -> Iterator[Traffic]:
    """A load for as long as the block lasts; answers are there afterwards."""
    running = Traffic(stage.var_dir, urls, rate=rate, host=stage.host, per_connection=per_connection)
    try:
        # The generator needs a moment to begin.
        time.sleep(1)
        yield running
    finally:
        running.end()


def p99_ms(answers: Iterable[Answer]) -> float:
    """Milliseconds within which 99 of 100 requests were answered."""
    times = sorted(answer.took for answer in answers)
    return 1000 * times[min(len(times) - 1, len(times) * 99 // 100)] if times else 0.0


def failures(answers: Iterable[Answer]) -> list[str]:
    """Answers that are the server's fault, and requests without one."""
    return [f"{answer.path}={answer.status}" for answer in answers if answer.status == 0 or answer.status >= 500]


def seconds(answers: Iterable[Answer], began: float) -> dict[int, list[Answer]]:
    """Answers by the second, from `began`, in which their turn came."""
    series: dict[int, list[Answer]] = defaultdict(list)
    for answer in answers:
        series[int(answer.at - began)].append(answer)
    return dict(series)


def recovered_after(answers: Sequence[Answer], moment: float) -> float:
    """Seconds from `moment` until the last failure; 0 when there was none."""
    return max((answer.at + answer.took - moment for answer in answers if answer.at >= moment and failures([answer])), default=0.0)
