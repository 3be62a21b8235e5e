"""The file of a backup: PostgreSQL's dump and the manifest, stored side by side in a ZIP.

It is written under another name beside its own and gets its own when all of it is on the disk. So a file of that name
is whole, and one that was there before stays.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final
from zipfile import BadZipFile, ZipFile

import msgspec

from domain import migrations
from domain.backups.manifest import FORMAT, Head, Manifest, Tell
from domain.errors import Refused

_DUMP: Final = "database.dump"
_MANIFEST: Final = "manifest.json"
PIECE: Final = 1 << 20
"""How many bytes are read or written at a time."""


def require_free(path: Path) -> None:
    """Go on only where there is no such file yet.

    Raises:
        Refused: BACKUP_EXISTS.
    """
    if os.path.lexists(path):
        raise Refused(
            "BACKUP_EXISTS", f"{path} is there already, and no backup is ever overwritten: give another name."
        )


@contextmanager
def written(path: Path) -> Iterator[ZipFile]:
    """A container to fill, which only its owner can read; it is there once the context ends well.

    Raises:
        Refused: BACKUP_EXISTS, or BACKUP_NOT_WRITTEN where the disk is full or does not let us.
    """
    require_free(path)
    unfinished = path.with_name(f".{path.name}.unfinished-{os.getpid()}")
    try:
        with _private(unfinished) as file:
            with ZipFile(file, "w") as container:
                yield container
            file.flush()
            os.fsync(file.fileno())
        # Unlike a new name, a link is never made in the place of another file.
        path.hardlink_to(unfinished)
        _keep_name(path.parent)
    except FileExistsError:
        require_free(path)
        raise
    except ConnectionError:
        # Of the database, which is met while the file is open.
        raise
    except OSError as error:
        raise Refused(
            "BACKUP_NOT_WRITTEN", f"{path} cannot be written ({error.strerror}): give another place."
        ) from error
    finally:
        with suppress(OSError):
            unfinished.unlink()


def _private(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "w+b")


def _keep_name(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def dump_to_write(container: ZipFile) -> Iterator[IO[bytes]]:
    """Where the dump is written to, whatever its size."""
    with container.open(_DUMP, "w", force_zip64=True) as dump:
        yield dump


def write_manifest(container: ZipFile, manifest: Manifest) -> None:
    """Put the manifest beside the dump."""
    container.writestr(_MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))


def read(path: Path, tell: Tell) -> Manifest:
    """The manifest of a backup, after all of the file was read once and found whole.

    Raises:
        Refused: BACKUP_UNREADABLE or BACKUP_IS_NEWER.
    """
    try:
        with ZipFile(path) as container:
            manifest = _manifest(container.read(_MANIFEST))
            _read_through(container, tell)
            return manifest
    except OSError as error:
        raise _unreadable(path, str(error.strerror)) from error
    # NotImplementedError is what zipfile raises for a file that is packed in a way that it does not know.
    except (BadZipFile, KeyError, EOFError, NotImplementedError, msgspec.MsgspecError) as error:
        raise _unreadable(path, "it is damaged, cut off or no backup of Tandem") from error


@contextmanager
def dump_to_read(path: Path) -> Iterator[IO[bytes]]:
    """The dump of a backup that was found whole."""
    with ZipFile(path) as container, container.open(_DUMP) as dump:
        yield dump


def _manifest(said: bytes) -> Manifest:
    head = msgspec.json.decode(said, type=Head)
    if head.format <= FORMAT:
        manifest = msgspec.json.decode(said, type=Manifest)
        if manifest.step in migrations.known():
            return manifest
    raise Refused(
        "BACKUP_IS_NEWER",
        f"This backup was made by Tandem {head.tandem}, which is newer than this one: install that version, or a "
        "later one, and restore it with that.",
    )


def _read_through(container: ZipFile, tell: Tell) -> None:
    """Read the dump to its end, where its checksum is compared."""
    size, done = container.getinfo(_DUMP).file_size, 0
    with container.open(_DUMP) as dump:
        while piece := dump.read(PIECE):
            done += len(piece)
            tell("Checking the file", done, size)


def _unreadable(path: Path, why: str) -> Refused:
    return Refused("BACKUP_UNREADABLE", f"{path} cannot be restored ({why}): give a file of tandem backup.")
