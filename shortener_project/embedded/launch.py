"""Becomes another program, which ends when the process that started it ends (on Linux).

    python -I -S launch.py SIGNAL PARENT UID:GID PROGRAM [ARGUMENT …]

A program of its own because nothing may run between fork and exec in a process that has threads, and
because the kernel forgets the signal when the user changes. UID:GID is "-" to stay who one is.
"""

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    signal, parent, user, *command = sys.argv[1:]
    # Loaded first: the other user may have no access to Python's files.
    prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
    if user != "-":
        uid, gid = map(int, user.split(":"))
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if prctl:
        prctl(_PR_SET_PDEATHSIG, int(signal), 0, 0, 0)
    if os.getppid() != int(parent):
        sys.exit("the process that started this one has ended")
    os.execv(command[0], command)  # noqa: S606 - the very purpose


if __name__ == "__main__":
    main()
