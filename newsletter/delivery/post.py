"""What sending one issue needs, handed over by whoever puts the program together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Event

from newsletter.database import Engine
from newsletter.delivery.allowance import Allowance
from newsletter.delivery.journal import Journal
from newsletter.delivery.letter import Letter
from newsletter.delivery.providers.base import Provider
from newsletter.storage.issues import StoredIssue


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchReport:
    """What came of one batch at one try; the ledger has it already."""

    issue: str
    batch: int
    #: Its name.
    variant: str
    provider: str
    #: Counted from 1.
    attempt: int
    #: Who were claimed: those who had left are not among them.
    readers: int
    accepted: int
    rejected: int
    #: Open again: put off, or not begun.
    later: int
    #: In doubt.
    unknown: int
    #: From the claim to the ledger; from its leaving where it was claimed ahead.
    seconds: float
    #: What the provider said last of somebody whom it did not accept; it may hold anything, an address too.
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Everything that sending one issue needs."""

    engine: Engine
    issue: StoredIssue
    #: By the variant's number.
    letters: Mapping[int, Letter]
    provider: Provider
    allowance: Allowance
    #: Tells one account at the provider from another: keys of requests are an account's own. No secret.
    account: str = ""
    connections: int
    locks_folder: Path
    journal: Journal
    clock: Callable[[], datetime]
    #: Set from outside to finish the requests in hand and stop.
    stop: Event
    #: Called about once a round.
    on_progress: Callable[[], None] = lambda: None
    #: Called with the reason, a sentence without its full stop, and a time, when nothing can be sent before it.
    on_wait: Callable[[str, datetime], None] = lambda _words, _until: None
    #: Called when requests are under way and no answer has come for a while.
    on_quiet: Callable[[], None] = lambda: None
    #: Called with the database's words when it does not take the answers that have come, and they are kept for now.
    on_unrecorded: Callable[[str], None] = lambda _words: None
    #: Called when a batch has come to its end, for now or for good.
    on_batch: Callable[[BatchReport], None] = lambda _report: None
    #: So many requests in a row refused for good pause the issue: that says more of us than of the readers. 0: never.
    most_refused: int = 0
