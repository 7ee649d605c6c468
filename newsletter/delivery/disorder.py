"""A domain whose server refuses half of its readers: its hard bounces of that issue condemn nobody (row B-05)."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from newsletter.database import Connection, Engine, reading
from newsletter.delivery.condemning import is_in_disorder
from newsletter.delivery.events import Bounce
from newsletter.storage import holds
from newsletter.storage.events import Located
from newsletter.storage.holds import Stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An alert: so many hard bounces of one domain in one issue that they condemn nobody until a person says so."""

    issue: str
    domain: str
    readers: int


def disordered(connection: Connection, found: Sequence[Located]) -> set[Stream]:
    """Return the streams among those of *found* whose hard bounces are held, from now on or already (row B-05)."""
    new: dict[Stream, set[int]] = defaultdict(set)
    for located in found:
        stream = _stream(located)
        if stream and located.subscriber_id and located.event.bounce is Bounce.HARD:
            new[stream].add(located.subscriber_id)
    if not new:
        return set()
    released = holds.known(connection, new)
    held = {stream for stream, is_released in released.items() if not is_released}
    for stream, readers in new.items():
        if stream not in released:
            refused = len(readers | holds.refused(connection, stream))
            # Counting ends where it cannot be half of them any more: a big domain is not counted to its end.
            if is_in_disorder(refused=refused, sent_to=0) and is_in_disorder(
                refused=refused, sent_to=holds.sent_to(connection, stream, 2 * refused + 1)
            ):
                held.add(stream)
    return held


def _stream(located: Located) -> Stream | None:
    return None if located.issue_number is None else Stream(located.issue_number, located.domain)


def hold(
    connection: Connection, taken: Sequence[Located], in_disorder: Collection[Stream], now: datetime
) -> list[Held]:
    """Hold the hard bounces of the streams *in_disorder*; return those of which a person was not told yet."""
    names = {located.issue_number: located.event.issue for located in taken}
    return [
        Held(
            issue=names[stream.issue_number],
            domain=stream.domain,
            readers=len(holds.refused(connection, stream)),
        )
        for stream in sorted(in_disorder)
        if stream.issue_number in names and holds.hold(connection, stream, now)
    ]


def held_domains(engine: Engine) -> list[str]:
    """Return the domains whose bounces wait for a person."""
    with reading(engine) as connection:
        return holds.held_now(connection)
