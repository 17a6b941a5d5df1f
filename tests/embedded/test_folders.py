"""Directories and secrets of VAR_DIR."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from shortener_project.embedded import wiring
from shortener_project.embedded.errors import StartError
from shortener_project.embedded.folders import SECRETS, make_runtime_dir, make_var_dir


@pytest.fixture
def runtime_dir(tmp_path: Path) -> Iterator[Path]:
    directory = wiring.runtime_dir(tmp_path)
    yield directory
    if directory.is_symlink():
        directory.unlink()
    elif directory.exists():
        directory.rmdir()


def test_secrets_are_long_for_their_owner_alone_and_stay_the_same(tmp_path: Path) -> None:
    make_var_dir(tmp_path)
    first = [wiring.read_secret(tmp_path, name) for name in SECRETS]
    make_var_dir(tmp_path)

    assert [wiring.read_secret(tmp_path, name) for name in SECRETS] == first
    assert all(len(secret) >= 50 for secret in first)
    assert len(set(first)) == len(SECRETS)
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "secrets").iterdir()} == {0o600}


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
def test_a_folder_that_another_user_started_in_is_refused(tmp_path: Path) -> None:
    make_var_dir(tmp_path)
    os.chown(tmp_path / "secrets", 12345, 12345)

    with pytest.raises(StartError, match=r"VAR_DIR: .* belongs to the user with the id 12345"):
        make_var_dir(tmp_path)


def test_a_socket_directory_that_is_a_symbolic_link_is_refused(tmp_path: Path, runtime_dir: Path) -> None:
    runtime_dir.symlink_to(tmp_path)

    with pytest.raises(StartError, match=r"VAR_DIR: .* belongs to somebody else"):
        make_runtime_dir(tmp_path)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
def test_a_socket_directory_of_another_user_is_refused(tmp_path: Path, runtime_dir: Path) -> None:
    runtime_dir.mkdir()
    os.chown(runtime_dir, 12345, 12345)

    with pytest.raises(StartError, match=r"VAR_DIR: .* belongs to somebody else"):
        make_runtime_dir(tmp_path)


def test_the_path_of_a_socket_is_short_wherever_the_folder_is(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["a rather long name"] * 10)
    assert len(os.fsencode(wiring.runtime_dir(deep) / "pg" / ".s.PGSQL.5432")) <= 103
