"""A gateway that clicks: a mail server that follows the links of what comes in, and so unsubscribes whom it is for.

What it clicked counts: nobody can tell it from the reader. A person is told, and nothing is undone by itself.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

#: A scanner opens a mail as it comes in, people at all hours. So long after the batch was claimed it is still one of both.
PROMPT = timedelta(minutes=10)

#: So many readers of a domain left one issue that soon, and at least three in ten of those it was sent to: of readers who
#: read, one in a hundred leaves an issue at all.
PROMPT_READERS = 5
PROMPT_PERCENT = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """A domain whose mail server seems to click."""

    issue: str
    domain: str
    #: Who left promptly.
    readers: int
    #: Of how many; counting ends where it could not be a gateway any more.
    sent_to: int


def suspects(departures: Iterable[tuple[str, timedelta]]) -> dict[str, int]:
    """Return the domains that may have such a gateway: domain → how many left promptly.

    *departures*: of each reader who left the domain, and how long after the mail was handed over.
    """
    prompt = Counter(domain for domain, after in departures if timedelta(0) <= after <= PROMPT)
    return {domain: readers for domain, readers in prompt.items() if readers >= PROMPT_READERS}


def is_gateway(*, prompt: int, sent_to: int) -> bool:
    """Whether *prompt* departures, of *sent_to* readers of a domain, are the work of a machine."""
    return prompt >= PROMPT_READERS and 100 * prompt >= PROMPT_PERCENT * sent_to


def most_to_count(prompt: int) -> int:
    """Return the number of readers from which on *prompt* departures say nothing."""
    return 100 * prompt // PROMPT_PERCENT + 1
