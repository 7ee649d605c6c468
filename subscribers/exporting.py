"""Readers as a file: CSV that no spreadsheet takes for formulas, or one JSON object a line.

An import reads the CSV again. There a row has one choice of topics, so a reader who chose different ones for their
digests has a row for each choice.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from itertools import islice

from subscribers.formulas import defused
from subscribers.values import Subscriber

COLUMNS = (
    "email",
    # The state, or the reason why the address is suppressed: one column, as an import wants it.
    "status",
    "lang",
    "digests",
    "topics",
    "created_at",
    "confirmed_at",
    "unsubscribed_at",
)

#: Readers whose rows are put together at a time.
_TOGETHER = 500


class Format(StrEnum):
    """How readers are written."""

    CSV = "csv"
    JSON_LINES = "json"


def exported(readers: Iterable[Subscriber], to: Format) -> Iterator[bytes]:
    """Yield the file of *readers* in pieces."""
    left = iter(readers)
    if to == Format.CSV:
        yield _csv([COLUMNS])
    while some := list(islice(left, _TOGETHER)):
        if to == Format.CSV:
            yield _csv(row for reader in some for row in csv_rows(reader))
        else:
            yield "".join(map(json_line, some)).encode()


def json_line(reader: Subscriber) -> str:
    """Return the line of *reader*."""
    value = {
        "email": reader.email,
        "state": reader.state,
        "lang": reader.lang,
        "subscriptions": [
            {"digest": digest, "topics": wish.topics} for digest, wish in reader.wanted.items()
        ],
        "created_at": _moment(reader.created_at),
        "confirmed_at": _moment(reader.confirmed_at),
        "unsubscribed_at": _moment(reader.unsubscribed_at),
        "suppressed": reader.suppressed,
    }
    return json.dumps(value) + "\n"


def csv_rows(reader: Subscriber) -> Iterator[tuple[str, ...]]:
    """Yield a row for each choice of topics, one when there is none; the cells cannot be formulas."""
    digests_by_topics: dict[tuple[str, ...] | None, list[str]] = {}
    for digest, wish in reader.wanted.items():
        digests_by_topics.setdefault(wish.topics, []).append(digest)
    for topics, digests in (digests_by_topics or {None: []}).items():
        cells = (
            reader.email,
            reader.suppressed or reader.state,
            reader.lang,
            ";".join(digests),
            ";".join(topics or ()),
            _moment(reader.created_at) or "",
            _moment(reader.confirmed_at) or "",
            _moment(reader.unsubscribed_at) or "",
        )
        yield tuple(map(defused, cells))


def _csv(rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO()
    # RFC 4180: every field in quotes, lines end in CR LF.
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")
