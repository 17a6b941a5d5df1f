"""Plays all faults or those named; one line each, exit 1 when one is broken.

    python -m faults [--together] [F1 F5 …]

Each has a stage of its own, unless they are to share one.
"""

import argparse
import importlib
import subprocess
import sys
import time
import traceback

from faults.report import Report
from faults.scale import chosen_scale
from tests.engines import elasticsearch, kafka

FAULTS = ("F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10", "F11", "F12", "F13", "F14", "F15", "F16", "F17", "F18", "F23")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m faults", description="Play faults on real processes.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(FAULTS)}; default: all")
    parser.add_argument("--together", action="store_true", help="on one stage, one after the other")
    arguments = parser.parse_args()
    names = arguments.names or list(FAULTS)
    if unknown := [name for name in names if name not in FAULTS]:
        parser.error(f"no fault {', '.join(unknown)}; there are {', '.join(FAULTS)}")
    if arguments.together or len(names) == 1:
        return play(names)
    return max([_in_own_process(name) for name in names])


def _in_own_process(name: str) -> int:
    return subprocess.run([sys.executable, "-m", "faults", name], check=False).returncode  # noqa: S603 - ourselves


def play(names: list[str]) -> int:
    """Play faults on one stage; 1 when one is broken."""
    from faults.stage import open_stage  # noqa: PLC0415 - only now will there be engines

    scale = chosen_scale()
    modules = {name: importlib.import_module(f"faults.{name.lower()}") for name in names}
    proxied = frozenset().union(*(getattr(module, "PROXIED", ()) for module in modules.values()))
    with_kafka = any(getattr(module, "BUS", "") == "kafka" for module in modules.values())
    with_elasticsearch = any(getattr(module, "SEARCH", "") == "elasticsearch" for module in modules.values())
    if reason := (with_kafka and kafka.missing()) or (with_elasticsearch and elasticsearch.missing()):
        for name in names:
            print(f"fault {name} skipped {reason}", flush=True)  # noqa: T201
        return 0
    is_held = True
    with open_stage(proxied=proxied, with_kafka=with_kafka, with_elasticsearch=with_elasticsearch) as stage:
        for name, module in modules.items():
            report, began = Report(name), time.monotonic()
            try:
                module.run(stage, scale, report)
            except Exception as error:  # noqa: BLE001 - whatever it is, the fault was not survived
                traceback.print_exc()
                report.none("error", [repr(error)])
            report.tell("took", time.monotonic() - began, "s")
            print(report.line(), flush=True)  # noqa: T201
            is_held &= report.is_held
            stage.restore()
    return 0 if is_held else 1


if __name__ == "__main__":
    sys.exit(main())
