"""Folders for products and engines of a test's own."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shortener_project.embedded import wiring
from shortener_project.embedded.postgres_home import Home


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that other users may pass through, removed with all that engines have put beside it.

    pytest's own are closed to all but their owner, so that PostgreSQL started by root could not work in one.
    """
    folder = Path(tempfile.mkdtemp(prefix="shortener-tests-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        for run_dir in folder.rglob("run"):
            remove_traces(run_dir.parent)
        shutil.rmtree(folder)


def remove_traces(var_dir: Path) -> None:
    """Remove what belongs to `var_dir` and lies elsewhere."""
    shutil.rmtree(wiring.runtime_dir(var_dir), ignore_errors=True)
    data = Home.of(var_dir).data
    if var_dir not in data.parents:
        shutil.rmtree(data.parent)
