"""An export that comes as a .zip: its CSV files are unpacked for as long as they are read, and no further than is sensible."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from subscribers.errors import ImportFileError

if TYPE_CHECKING:
    from zipfile import ZipFile

#: Of one archive; a list of ten million readers takes about one GiB.
MAX_FILES = 100
MAX_BYTES = 2 << 30

_CHUNK = 1 << 20


@contextmanager
def unpacked(files: Sequence[Path]) -> Iterator[list[Path]]:
    """Give *files*, and for each .zip among them the CSV files in it, which only their owner may read and are then gone.

    Raises ImportFileError for an archive that cannot be read, has no CSV file, or holds too much.
    """
    with tempfile.TemporaryDirectory(prefix="newsletter-import-") as directory:
        lists: list[Path] = []
        for number, path in enumerate(files):
            if path.suffix.casefold() == ".zip":
                lists += _unpack(path, Path(directory) / str(number))
            else:
                lists.append(path)
        yield lists


def _unpack(path: Path, folder: Path) -> list[Path]:
    import zlib
    from zipfile import BadZipFile, ZipFile

    folder.mkdir()
    try:
        with ZipFile(path) as archive:
            return _extract(path, archive, folder)
    # Encrypted ones, and methods that are not built in, are told as RuntimeError and NotImplementedError.
    except (OSError, BadZipFile, RuntimeError, EOFError, zlib.error) as error:
        raise ImportFileError(f"{path}: cannot be unpacked: {error}. Unpack it yourself.") from error


def _extract(path: Path, archive: "ZipFile", folder: Path) -> list[Path]:
    # Hidden ones are what a Mac adds.
    members = {
        each: name
        for each in archive.infolist()
        if (name := _name(each.filename)).casefold().endswith(".csv") and not name.startswith(".")
    }
    if not members:
        raise ImportFileError(f"{path}: has no CSV file in it.")
    if len(members) > MAX_FILES:
        raise ImportFileError(
            f"{path}: has {len(members)} CSV files in it; more than {MAX_FILES} are not unpacked."
        )
    lists, left = [], MAX_BYTES
    for number, (member, name) in enumerate(members.items()):
        target = folder / str(number) / name
        target.parent.mkdir()
        with archive.open(member) as packed, target.open("wb") as file:
            # What an archive says of its sizes need not be true.
            while chunk := packed.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise ImportFileError(
                        f"{path}: unpacks to more than {MAX_BYTES >> 30} GiB. Unpack it yourself, if that is right."
                    )
                file.write(chunk)
        lists.append(target)
    return lists


def _name(member: str) -> str:
    """Return the name of a file alone: a path in an archive may lead anywhere."""
    return PurePosixPath(member.replace("\\", "/")).name
