"""Clicks in a redirector's spool, counted after the load."""

import sys
from pathlib import Path

from apps.redirects.frames import FILE_HEAD, read_frames
from bench.figures import Figure


def count_clicks(directory: Path) -> int:
    """Clicks of all files; the numbers of each writer must be without gaps, or the run ends."""
    last: dict[str, int] = {}
    for path in sorted(directory.glob("*.spool")):
        writer = path.stem.rpartition("-")[2]
        for frame in read_frames(path.read_bytes(), FILE_HEAD.size):
            last[writer] = last.get(writer, 0) + 1
            if frame.sequence != last[writer]:
                sys.exit(f"bench: click {last[writer]} is missing in {path.name}")
    return sum(last.values())


def click_figures(name: str, *, accepted: int, spooled: int, under_way: int) -> list[Figure]:
    """Each of `accepted` redirects must be among the `spooled` clicks.

    Requests under way when a load ends, `under_way` at most, are spooled and not counted by the
    load generator.
    """
    surplus = spooled - accepted
    return [
        Figure.told(f"{name}_clicks", spooled, "clicks"),
        Figure.at_most(f"{name}_clicks_missing", max(-surplus, 0), "clicks", 0),
        Figure.at_most(f"{name}_clicks_surplus", max(surplus, 0), "clicks", under_way),
    ]
