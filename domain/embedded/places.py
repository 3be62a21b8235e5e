"""Where embedded servers keep their files, and as whom they run."""

from __future__ import annotations

import hashlib
import os
import pwd
import re
import stat
from pathlib import Path

from domain.errors import Refused

# PostgreSQL refuses to run as root; this user owns nothing and exists on every system.
STAND_IN_FOR_ROOT = "nobody"

# The kernel's limit for the path of a socket is 108 bytes, on some systems 104, with the socket's own name in it.
_LONGEST_DIRECTORY = 80
_PLAIN = re.compile(r"[A-Za-z0-9/._-]+")


def data_directory(path: Path) -> Path:
    """The data directory, made if it is not there.

    Raises:
        Refused: it cannot be made or belongs to somebody else.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(
            "DATA_DIRECTORY",
            f"The data directory {path} cannot be made ({error.strerror}): set TANDEM_DATA_DIR.",
        ) from error
    if not os.access(path, os.W_OK | os.X_OK) or path.stat().st_uid != os.geteuid():
        raise Refused(
            "DATA_DIRECTORY",
            f"The data directory {path} belongs to another user: set TANDEM_DATA_DIR to one of your own.",
        )
    return path.resolve()


def server_user() -> pwd.struct_passwd | None:
    """As whom a server runs that refuses to run as root, or None to run it as ourselves."""
    return pwd.getpwnam(STAND_IN_FOR_ROOT) if os.geteuid() == 0 else None


def private_directory(path: Path, owner: pwd.struct_passwd | None) -> None:
    """Make a directory that only its owner can enter, if it is not there.

    Raises:
        Refused: something that is not such a directory is in its place.
    """
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    owners = {os.geteuid()} if owner is None else {os.geteuid(), owner.pw_uid}
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners:
        raise Refused("DATA_DIRECTORY", f"{path} belongs to another user: remove it, or set TANDEM_DATA_DIR.")
    path.chmod(0o700)
    if owner is not None:
        os.chown(path, owner.pw_uid, owner.pw_gid)


def socket_directory(home: Path) -> Path:
    """Where a server that lives in `home` puts its socket: there, or in a short place where that path would not do."""
    if len(os.fsencode(home)) <= _LONGEST_DIRECTORY and _PLAIN.fullmatch(str(home)):
        return home
    # A directory that was removed and made again is another one: its number tells them apart.
    identity = f"{home}-{home.parent.stat().st_ino}-{os.geteuid()}"
    return Path("/tmp") / f"tandem-{hashlib.sha256(identity.encode()).hexdigest()[:16]}"  # noqa: S108 - private, checked


def let_pass(path: Path) -> None:
    """Let the stand-in for root pass through the directories that lead to `path`: pass through, not look into."""
    for directory in path.parents:
        mode = directory.stat().st_mode
        if not mode & stat.S_IXOTH:
            directory.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def let_read(directory: Path) -> None:
    """Let the stand-in for root read and run what is in a directory of programs."""
    for path in (directory, *directory.rglob("*")):
        mode = path.stat().st_mode
        wanted = mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)
        if wanted != mode:
            path.chmod(stat.S_IMODE(wanted))
