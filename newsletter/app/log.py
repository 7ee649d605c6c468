"""Log lines: one event each, as `key=value` (logfmt), on standard error; no address and no token in them."""

import logging
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TextIO

from newsletter.delivery.post import BatchReport
from newsletter.delivery.words import without_addresses
from subscribers.mailing import Round

_log = logging.getLogger(__name__)

#: The last three may quote what strangers send, or warn as often as they send it; the clock warns of each tick that finds the
#: one before still at work, which is no more than a long job.
_LEVELS = {
    "newsletter": logging.INFO,
    "subscribers": logging.INFO,
    "apscheduler": logging.ERROR,
    "uvicorn": logging.ERROR,
    "asyncio": logging.ERROR,
    "python_multipart": logging.ERROR,
}
#: The tokens of personal links are longer, and ids that providers answer with are shorter.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{40,}")
#: What needs no quotes.
_PLAIN = re.compile(r"[^\s\"=\\]+")


def log_batch(report: BatchReport) -> None:
    """Write down what came of a batch."""
    fields = asdict(report) | {"seconds": f"{report.seconds:.3f}"}
    _log.info("batch", extra={"fields": fields})


def log_unrecorded(words: str) -> None:
    """Write down that the database does not take the answers that have come."""
    _log.error("answers cannot be recorded yet", extra={"fields": {"words": words}})


def log_mails(done: Round) -> None:
    """Write down what came of the mails that answer requests, if there were any."""
    fields = {"accepted": done.accepted, "failed": done.failed, "lapsed": done.lapsed}
    if any(fields.values()):
        _log.info("mails", extra={"fields": fields})


@contextmanager
def log_lines(stream: TextIO | None = None) -> Iterator[None]:
    """Have what the program logs written to *stream* until the end of the block; of what it rests on, errors.

    *stream*: None is standard error.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_Logfmt())
    before = {name: logging.getLogger(name).level for name in _LEVELS}
    for name, level in _LEVELS.items():
        logging.getLogger(name).addHandler(handler)
        logging.getLogger(name).setLevel(level)
    try:
        yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).removeHandler(handler)
            logging.getLogger(name).setLevel(level)


class _Logfmt(logging.Formatter):
    """Time, level, event, and the record's own fields."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        own: Mapping[str, object] = getattr(record, "fields", {})
        fields = {
            "time": at.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **own,
        }
        line = " ".join(f"{name}={_value(str(value))}" for name, value in fields.items())
        # What an exception says may quote what somebody sent, and no line of it is to look like one of ours.
        trace = self.formatException(record.exc_info).splitlines() if record.exc_info else []
        return "\n".join([line, *(f"  {masked(each)}" for each in trace)])


def _value(text: str) -> str:
    """Return *text* without addresses and tokens, on one line, in quotes where it needs them."""
    text = masked(text)
    if _PLAIN.fullmatch(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def masked(text: str) -> str:
    """Return *text* without addresses and tokens, on one line."""
    text = _TOKEN.sub("…", without_addresses(text))
    return "".join(character if character.isprintable() else " " for character in text)
