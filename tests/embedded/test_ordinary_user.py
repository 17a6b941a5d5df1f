"""Started by somebody who is not root."""

import os
import pwd
import shutil
from pathlib import Path

import pytest

from tests.embedded.running import ENGINES, small_product
from tests.folders import open_folder

pytestmark = [
    pytest.mark.product,
    pytest.mark.skipif(os.getuid() != 0, reason="the whole run is by an ordinary user"),
    pytest.mark.skipif(shutil.which("setpriv") is None, reason="no setpriv here (Debian: apt-get install util-linux)"),
]


def test_an_ordinary_user_runs_everything_under_the_own_name() -> None:
    user = pwd.getpwnam("nobody")
    # Root's Python may lie where others cannot read, so this user may read, and nothing else that others may not.
    reading = [f"--{kind}-caps=+dac_read_search" for kind in ("inh", "ambient")]
    prefix = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", *reading]
    with open_folder() as folder:
        os.chown(folder, user.pw_uid, user.pw_gid)
        var_dir = folder / "a folder" / "var"
        with small_product(var_dir, *ENGINES, prefix=prefix) as product:
            product.page()
            owners = {process.uids().effective for process in product.family()}

        assert owners == {user.pw_uid}
        assert {file.stat().st_uid for file in Path(var_dir).rglob("*")} == {user.pw_uid}
        assert (var_dir / "postgresql" / "PG_VERSION").is_file()
