"""wrk, the load generator, with the requests of a browser."""

import re
import resource
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bench._processes import LOAD_CORE

CONNECTIONS = 64
# What a browser sends with a click on a link: twelve headers, Host among them.
HEADERS = (
    ("Connection", "keep-alive"),
    ("sec-ch-ua", '"Chromium";v="148", "Google Chrome";v="148", "Not/A)Brand";v="99"'),
    ("sec-ch-ua-mobile", "?0"),
    ("sec-ch-ua-platform", '"Windows"'),
    ("Upgrade-Insecure-Requests", "1"),
    ("User-Agent", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Safari/537.36"),
    ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8"),
    ("Sec-Fetch-Site", "cross-site"),
    ("Referer", "https://news.example.com/articles/2026/11"),
    ("Accept-Encoding", "gzip, deflate, br, zstd"),
    ("Accept-Language", "en-GB,en;q=0.9,de;q=0.8"),
)
_SCRIPT = """
local requests = {}
for code in io.lines("%(codes)s") do
  requests[#requests + 1] = "GET /" .. code .. " HTTP/1.1\\r\\nHost: %(host)s\\r\\n%(headers)s\\r\\n"
end
math.randomseed(1)
local asked = 0
local function random() return requests[math.random(#requests)] end
local function in_turn()
  asked = asked + 1
  return requests[(asked - 1) %% #requests + 1]
end
request = %(order)s
"""
# A connection waits between its requests, so that a load has a rate and its answers' times are
# not those of a queue.
_PAUSES = """
delay = function() return math.random(0, %d) end
"""
_TO_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True, slots=True)
class Load:
    """What one run measured; `failed` counts answers that were neither 2xx nor 3xx, and lost sockets."""

    per_second: float
    p99_ms: float
    completed: int
    failed: int
    # Processor time of the load generator itself (s).
    cost: float


def write_script(
    folder: Path, *, host: str, codes: Sequence[str], in_turn: bool = False, mean_pause_ms: int = 0, name: str = "requests"
) -> Path:
    """A script that asks for random `codes`, or each `in_turn`, from the first again in each run."""
    names = folder / f"{name}.txt"
    names.write_text("\n".join(codes), encoding="ascii")
    headers = "".join(f"{name}: {value}\\r\\n" for name, value in HEADERS).replace('"', '\\"')
    script = folder / f"{name}.lua"
    order = "in_turn" if in_turn else "random"
    text = _SCRIPT % {"codes": names, "host": host, "headers": headers, "order": order}
    script.write_text(text + (_PAUSES % (2 * mean_pause_ms) if mean_pause_ms else ""), encoding="ascii")
    return script


def run(
    script: Path, *, port: int, seconds: int, cores: str = str(LOAD_CORE), connections: int = CONNECTIONS, goes_first: bool = False
) -> Load:
    """Load 127.0.0.1:port from one thread; `goes_first` lets it run before all others on its core, where that is allowed."""
    before_others = _first() if goes_first else ()
    command = [*before_others, "taskset", "-c", cores, "wrk", "-t1", f"-c{connections}", f"-d{seconds}", "--latency", "-s", str(script)]
    before = _children_seconds()
    done = subprocess.run([*command, f"http://127.0.0.1:{port}/"], capture_output=True, text=True, check=True)  # noqa: S603 - ours
    return parse(done.stdout, cost=_children_seconds() - before)


@cache
def _first() -> tuple[str, ...]:
    """What stands before a command that the system is to run before all others; nothing where that takes more rights."""
    command = ("chrt", "--rr", "1")
    is_allowed = subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0  # noqa: S603 - ours
    return command if is_allowed else ()


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def parse(output: str, *, cost: float) -> Load:
    """The numbers in what wrk prints."""
    value, unit = re.findall(r"99%\s+([\d.]+)(us|ms|s)", output)[0]
    failed = sum(map(int, re.findall(r"Non-2xx or 3xx responses: (\d+)", output)))
    failed += sum(int(number) for line in re.findall(r"Socket errors: (.*)", output) for number in re.findall(r"\d+", line))
    return Load(
        per_second=float(re.findall(r"Requests/sec:\s+([\d.]+)", output)[0]),
        p99_ms=float(value) * _TO_MS[unit],
        completed=int(re.findall(r"(\d+) requests in", output)[0]),
        failed=failed,
        cost=cost,
    )
