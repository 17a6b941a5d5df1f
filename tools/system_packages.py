"""Have the programs named on the command line installed: as root by apt, else say what to install.

    python3 tools/system_packages.py chromium nginx wrk

`venv` stands for the module that makes virtual environments, which Debian packages apart.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

# Program -> names it may have, and the Debian package that brings it.
PROGRAMS = {
    "chromium": (("chromium", "chromium-browser", "google-chrome"), "chromium"),
    "nginx": (("nginx", "/usr/sbin/nginx"), "nginx-light"),
    "wrk": (("wrk",), "wrk"),
    "venv": ((), "python3-venv"),
}


def is_there(program: str) -> bool:
    names, _package = PROGRAMS[program]
    if program == "venv":
        return importlib.util.find_spec("ensurepip") is not None
    return any(shutil.which(name) for name in names)


def apt_install(packages: list[str]) -> bool:
    """Install Debian packages without starting the services they bring; False when that failed."""
    print("installing Debian packages:", *packages, flush=True)  # noqa: T201
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]):
        done = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)  # noqa: S603
        if done.returncode:
            return False
    return True


def main(programs: list[str]) -> str | None:
    """None when all is there, else the sentence to show."""
    missing = [program for program in programs if not is_there(program)]
    if not missing:
        return None
    packages = [PROGRAMS[program][1] for program in missing]
    if os.geteuid() == 0 and Path("/usr/bin/apt-get").exists() and apt_install(packages):
        missing = [program for program in missing if not is_there(program)]
        if not missing:
            return None
    return f"{', '.join(missing)} not found. Install it (Debian: sudo apt-get install {' '.join(packages)}) and start again."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
