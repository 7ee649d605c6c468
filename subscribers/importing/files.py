"""A list as a file: UTF-8, fields parted by comma, semicolon or tab, a header that names them."""

import codecs
import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from subscribers.errors import ColumnError, ImportFileError, ImportRulesError
from subscribers.importing.exports import Export, recognise
from subscribers.importing.standings import WORDS, Standing

FIELDS = ("email", "lang", "topics", "digests", "status")

#: What columns are also called, in lower case.
_ALSO_CALLED = {
    "email": "email",
    "e-mail": "email",
    "mail": "email",
    "email address": "email",
    "e-mail address": "email",
    "lang": "lang",
    "language": "lang",
    "locale": "lang",
    "topics": "topics",
    "digests": "digests",
    "status": "status",
    "subscriber status": "status",
    "subscription status": "status",
    "subscription_status": "status",
}
#: Columns in which other systems say who must not be mailed. Not to look at them would mail those people.
_TELLING_COLUMNS = frozenset(
    {
        "blacklisted",
        "blocklisted",
        "bounced",
        "clean_time",
        "complained",
        "email_blacklisted",
        "opted out",
        "opted_out",
        "optout",
        "state",
        "status",
        "subscribed",
        "subscriber status",
        "subscription status",
        "subscription_status",
        "suppressed",
        "unsub_time",
        "unsubscribed",
        "unsubscribed_at",
    }
)

_DELIMITERS = (",", ";", "\t")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a file is to be read."""

    delimiter: str
    has_header: bool
    #: Field → place of its column.
    places: Mapping[str, int]
    #: Columns that may say who must not be mailed, as written, and are not read.
    telling_columns: tuple[str, ...] = ()
    #: The system that exported it.
    export: Export | None = None
    #: How everybody in it stands; None: it does not say so of the whole file.
    standing: Standing | None = None
    #: Column → place, of the times that go into the record of consents.
    times: Mapping[str, int] = field(default_factory=dict)

    @property
    def words(self) -> Mapping[str, Standing]:
        """What the column of the field `status` may say, in lower case."""
        return self.export.words if self.export and self.export.words else WORDS

    @property
    def tag_mark(self) -> str:
        """What parts the topics in a cell."""
        return self.export.tag_mark if self.export else ";"


def read_layout(path: Path, columns: Mapping[str, str]) -> Layout:
    """Return the layout of the file *path*; *columns*: what the user calls which field.

    The file is read once to its end: nothing of it is imported when some of it is not UTF-8.
    Raises ImportFileError, and ImportRulesError for *columns* that the file does not have.
    """
    try:
        _check_encoding(path)
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = next((line for line in file if line.strip()), "")
    except OSError as error:
        raise ImportFileError(f"{path}: cannot be read: {error.strerror}.") from error
    headers = {delimiter: _header(first, delimiter) for delimiter in _DELIMITERS}
    for delimiter, header in headers.items():
        places = _places(path, header, columns)
        if "email" in places:
            _check_columns(path, header, columns)
            return _layout(path, delimiter, header, places)
    widest = max(headers.values(), key=len)
    if not widest:
        raise ImportFileError(f"{path}: is empty.")
    _check_columns(path, widest, columns)
    if len(widest) == 1 and "@" in widest[0]:
        # A bare list of addresses.
        return Layout(delimiter=",", has_header=False, places={"email": 0})
    raise ColumnError(
        f"{path}: no column is called email. The first line says: {', '.join(widest)}.",
        field="email",
    )


def _layout(path: Path, delimiter: str, header: list[str], places: dict[str, int]) -> Layout:
    folded = [name.casefold() for name in header]
    export = recognise(folded)
    if export is None:
        telling = tuple(
            name
            for place, name in enumerate(header)
            if name.casefold() in _TELLING_COLUMNS and place != places.get("status")
        )
        return Layout(delimiter=delimiter, has_header=True, places=places, telling_columns=telling)
    if export.status:
        places.setdefault("status", folded.index(export.status))
    return Layout(
        delimiter=delimiter,
        has_header=True,
        places=places,
        export=export,
        standing=export.standing_of_file(path.name, folded),
        times={column: folded.index(column) for column in export.times if column in folded},
    )


def read_records(path: Path, layout: Layout) -> Iterator[tuple[int, list[str] | None]]:
    """Yield the line and the fields of each record; None for one whose quotes are wrong. Empty lines are skipped."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        records = _records(file, layout.delimiter)
        if layout.has_header:
            next(records)
        yield from records


def _records(lines: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str] | None]]:
    # Strict, for otherwise a quote that never closes would swallow the rest of the file in silence.
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield line, None
            continue
        if fields:
            yield line, fields


def _check_encoding(path: Path) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    line = 1
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            if line == 1 and chunk.startswith(_UTF_16):
                raise ImportFileError(f"{path}: is UTF-16. Save it as UTF-8 (in Excel: CSV UTF-8).")
            try:
                decoder.decode(chunk, final=False)
            except UnicodeDecodeError as error:
                line += chunk.count(b"\n", 0, max(error.start, 0))
                raise ImportFileError(
                    f"{path}:{line}: is not UTF-8. Save the file as UTF-8 (in Excel: CSV UTF-8)."
                ) from error
            line += chunk.count(b"\n")


def _header(first: str, delimiter: str) -> list[str]:
    _, fields = next(_records([first], delimiter), (1, None))
    return [field.strip() for field in fields or []]


def _places(path: Path, header: list[str], columns: Mapping[str, str]) -> dict[str, int]:
    own = {column.strip().casefold(): field for column, field in columns.items()}
    places: dict[str, int] = {}
    for place, name in enumerate(header):
        folded = name.casefold()
        field = own.get(folded) or _ALSO_CALLED.get(folded)
        if field is None or (folded not in own and field in own.values()):
            continue
        if field in places:
            raise ColumnError(
                f"{path}: two columns could be {field}: {header[places[field]]} and {name}.", field=field
            )
        places[field] = place
    return places


def _check_columns(path: Path, header: list[str], columns: Mapping[str, str]) -> None:
    folded = {name.casefold() for name in header}
    for column, wanted in columns.items():
        if column.strip().casefold() not in folded:
            raise ImportRulesError(
                f"{path} has no column {column}, which is to be {wanted}; it has {', '.join(header) or 'nothing'}."
            )
