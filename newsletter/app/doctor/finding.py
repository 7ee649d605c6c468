"""A finding: what was looked at, how it is, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """How what was looked at is."""

    OK = "ok"
    #: Worth knowing; nothing is wrong.
    INFO = "info"
    #: Readers or operators will notice something.
    WARNING = "warning"
    #: Something does not work until it is mended.
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The result of one look; no secret and no reader's address is in it."""

    level: Health
    #: What was looked at, in a word or two.
    subject: str
    message: str
    #: What to do; "" where the message says it, or nothing need be done.
    help: str = ""
