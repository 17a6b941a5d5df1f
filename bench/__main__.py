"""Run all benchmarks or those named; print a line a figure, write var/bench.json, exit 1 when one is short."""

import importlib
import json
import pkgutil
import sys
from pathlib import Path

import bench
from bench.figures import Figure

RUNNER_MODULES = {"__main__", "figures"}
RESULTS = Path(__file__).resolve().parents[1] / "var" / "bench.json"


def benchmark_names() -> list[str]:
    """Names of all benchmarks: public modules of this package that define `run`."""
    names = [module.name for module in pkgutil.iter_modules(bench.__path__)]
    return sorted(name for name in names if name not in RUNNER_MODULES and not name.startswith("_"))


def main(chosen: list[str]) -> int:
    known = benchmark_names()
    if unknown := [name for name in chosen if name not in known]:
        print(f"NAME: no benchmark {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)  # noqa: T201
        return 2
    figures: list[Figure] = []
    for name in chosen or known:
        for figure in importlib.import_module(f"bench.{name}").run():
            print(figure.line(), flush=True)  # noqa: T201
            figures.append(figure)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps([figure.as_dict() for figure in figures], indent=2) + "\n", encoding="utf-8")
    return 0 if all(figure.ok for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
