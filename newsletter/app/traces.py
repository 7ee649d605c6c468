"""Files of ours that may name a reader: rehearsed mails, lists of what imports refused, copies of the database."""

from collections.abc import Iterator
from pathlib import Path

from newsletter.files import write_over
from subscribers.erasing import Names

#: The header of a mail is not longer.
_HEADER_BYTES = 65_536


def mails_to(outbox: Path, names: Names, reference: str) -> Iterator[Path]:
    """Yield the mails in *outbox* to somebody. *reference*: as letters name them; "" when they were no reader."""
    for path in outbox.rglob("*.eml"):
        if (reference and reference in path.name) or names.are_in(_header(path)):
            yield path


def take_out_of_findings(folder: Path, names: Names) -> None:
    """Take an address out of the files that imports wrote."""
    for path in folder.glob("*"):
        if path.is_file():
            text = path.read_bytes().decode("utf-8", "surrogateescape")
            without = names.taken_out_of(text, with_local_part=True)
            if without != text:
                write_over(path, without.encode("utf-8", "surrogateescape"))


def copies_of_database(database: Path | None) -> list[Path]:
    """Return the copies of a SQLite file that were made before it was migrated or replaced."""
    return sorted(database.parent.glob(f"{database.name}.before-*")) if database else []


def _header(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_HEADER_BYTES)
    except FileNotFoundError:  # another process was quicker
        return ""
    return data.replace(b"\r\n", b"\n").partition(b"\n\n")[0].decode("utf-8", "replace")
