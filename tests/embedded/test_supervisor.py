"""One supervisor, from the first start to the end."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from shortener_project.embedded import wiring
from tests.embedded.running import ENGINES, Small, await_true, environment, small_product
from tests.folders import open_folder
from tests.ports import free_port
from tests.product import ROOT

pytestmark = pytest.mark.product


@pytest.fixture
def var_dir() -> Iterator[Path]:
    """A folder that does not exist yet, in a path with a space."""
    with open_folder() as folder:
        yield folder / "a folder" / "var"


@dataclass(frozen=True)
class Run:
    """A whole run that Ctrl-C, pressed twice, has ended."""

    var_dir: Path
    lines: list[str]
    family: list[psutil.Process]
    names: set[str]
    seconds: float
    exit_code: int


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    with open_folder() as folder:
        var_dir = folder / "a folder" / "var"
        with small_product(var_dir, *ENGINES) as product:
            product.await_line("carrying")
            family = product.family()
            names = {process.name() for process in family}
            product.process.send_signal(signal.SIGINT)
            seconds = product.end(signal.SIGINT)
        yield Run(var_dir, product.lines, family, names, seconds, product.process.returncode)


def test_ctrl_c_ends_all_in_order_within_ten_seconds(run: Run) -> None:
    assert {"postgres", "valkey-server"} <= run.names
    assert run.seconds < 10
    assert run.exit_code == 0
    assert not [process for process in run.family if process.is_running()]
    assert (run.var_dir / "carried").read_text() == "done"
    output = "\n".join(run.lines)
    assert output.index("database system is shut down") > output.index("ending")
    assert "was killed" not in output


def test_the_banner_says_what_is_embedded_and_what_replaces_it(run: Run) -> None:
    banner = run.lines[: run.lines.index("")]

    for variable, engine in zip(ENGINES, ("PostgreSQL", "Valkey", "ClickHouse"), strict=True):
        assert any(variable in line and "embedded" in line and engine in line for line in banner)


def test_one_log_has_the_lines_of_all_with_their_names(run: Run) -> None:
    log = (run.var_dir / "log" / "shortener.log").read_text()
    for lines in ("\n".join(run.lines), log):
        assert "prepare    | prepared" in lines
        assert "site       | \\x1b[2Jsite is up" in lines
        assert "postgresql | " in lines


def test_nothing_is_left_in_the_temporary_directory(run: Run) -> None:
    assert not wiring.runtime_dir(run.var_dir).exists()


def test_a_killed_process_comes_back_and_no_connection_is_refused(var_dir: Path) -> None:
    with small_product(var_dir) as product:
        first = product.page()
        os.kill(first, signal.SIGKILL)
        second = product.page()

    assert second != first
    assert any("site ended (killed by signal 9)" in line for line in product.lines)


def test_a_killed_engine_comes_back(var_dir: Path) -> None:
    with small_product(var_dir, "REDIS_URL") as product:
        [valkey] = [process for process in product.family() if process.name() == "valkey-server"]
        valkey.kill()
        await_true(lambda: not valkey.is_running() and product.names().count("valkey-server") == 1)


def test_after_kill_9_no_engine_is_left_and_the_next_start_recovers(var_dir: Path) -> None:
    first = Small(var_dir, *ENGINES).await_ready()
    family = first.family()
    first.end(signal.SIGKILL)
    first.clean_up()

    with small_product(var_dir, *ENGINES, port=first.port) as second:
        assert not [process for process in family if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]
        second.page()


def test_a_process_that_will_not_end_is_killed_in_time(var_dir: Path) -> None:
    with small_product(var_dir, "DATABASE_URL", STUBBORN="1") as product:
        family = product.family()
        assert product.end(signal.SIGTERM) < 10

    assert not [process for process in family if process.is_running()]
    assert any("database system is shut down" in line for line in product.lines)


def test_ctrl_c_while_starting_leaves_nothing_running(var_dir: Path) -> None:
    product = Small(var_dir, *ENGINES)
    product.await_line("postgresql |")
    family = product.family()
    product.end(signal.SIGINT)
    product.clean_up()

    assert product.process.returncode == 0
    assert not [process for process in family if process.is_running()]
    assert not any(line.startswith("ready") for line in product.lines)


def up(var_dir: Path, port: int, **more: str) -> tuple[int, str]:
    """Exit code and output of a `manage.py up` that is to refuse."""
    done = subprocess.run(
        [sys.executable, "manage.py", "up"],
        cwd=ROOT,
        env=environment(var_dir, port, **more),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, (done.stdout + done.stderr).strip()


def test_a_second_start_in_the_same_folder_is_refused(var_dir: Path) -> None:
    with small_product(var_dir) as product:
        code, output = up(var_dir, free_port())
        product.page()

    assert code == 1
    assert output == f"VAR_DIR: the product is already running in {var_dir}"


def test_a_taken_port_is_named(var_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert up(var_dir, port) == (1, f"PORT: {port} is taken by another program")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, output = up(tmp_path / "file" / "var", free_port())

    assert code == 1
    assert output.startswith("VAR_DIR: ")
    assert "\n" not in output


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DATABASE_URL", "postgres://someone:hidden@127.0.0.1:{port}/shortener"),
        ("DATABASE_URL", "mysql://someone:hidden@127.0.0.1:{port}/shortener"),
        ("REDIS_URL", "redis://:hidden@127.0.0.1:{port}/0"),
        ("CLICKHOUSE_URL", "clickhouse://default:hidden@127.0.0.1:a-port/analytics"),
        ("PUBLIC_URL", "links.example.com"),
    ],
)
def test_a_wrong_value_is_named_in_one_line(var_dir: Path, variable: str, value: str) -> None:
    code, output = up(var_dir, free_port(), **{variable: value.format(port=free_port())})

    assert code == 1
    assert variable in output
    assert "\n" not in output
    assert "hidden" not in output
