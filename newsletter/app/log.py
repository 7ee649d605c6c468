"""Log lines: one event each, as `key=value` (logfmt), on standard error; no address and no token in them."""

import logging
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime

from newsletter.delivery.post import BatchReport
from newsletter.delivery.words import without_addresses
from subscribers.mailing import Round

_log = logging.getLogger(__name__)

#: The tokens of personal links are longer, and ids that providers answer with are shorter.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{40,}")
#: What needs no quotes.
_PLAIN = re.compile(r"[^\s\"=\\]+")


def log_batch(report: BatchReport) -> None:
    """Write down what came of a batch."""
    fields = asdict(report) | {"seconds": f"{report.seconds:.3f}"}
    _log.info("batch", extra={"fields": fields})


def log_mails(done: Round) -> None:
    """Write down what came of the mails that answer requests, if there were any."""
    fields = {"accepted": done.accepted, "failed": done.failed, "lapsed": done.lapsed}
    if any(fields.values()):
        _log.info("mails", extra={"fields": fields})


@contextmanager
def log_lines() -> Iterator[None]:
    """Have what the program logs written to standard error until the end of the block."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Logfmt())
    logger = logging.getLogger("newsletter")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)


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
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def _value(text: str) -> str:
    """Return *text* without addresses and tokens, on one line, in quotes where it needs them."""
    text = _TOKEN.sub("…", without_addresses(text))
    text = "".join(character if character.isprintable() else " " for character in text)
    if _PLAIN.fullmatch(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
