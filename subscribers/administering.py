"""What an operator may do with a reader, decided from where the reader stands. Nothing is written here.

What is refused raises AdministrationError, which says what to do instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from subscribers.errors import AdministrationError, UnknownReaderError
from subscribers.pausing import may_end
from subscribers.requests import Choice
from subscribers.states import TRANSITIONS, State
from subscribers.suppression import Suppression
from subscribers.values import Subscriber


@dataclass(frozen=True, slots=True, kw_only=True)
class HashedAddress:
    """What is kept of an address that was erased, or blocked us without being a reader's: it is never mailed."""

    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is known of an address."""

    subscriber: Subscriber | None = None
    hashed: HashedAddress | None = None

    @property
    def reader(self) -> Subscriber:
        """The reader. Raises UnknownReaderError when there is none."""
        if self.subscriber is not None:
            return self.subscriber
        if self.hashed is not None:
            raise UnknownReaderError(
                f"Only a keyed hash of this address is kept ({self.hashed.reason}, since {self.hashed.at:%Y-%m-%d}), so that"
                " it is never mailed. With evidence that they want it again, lift that with: newsletter subscribers"
                " unsuppress"
            )
        raise UnknownReaderError("Nobody with this address is known.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """Where a reader is to stand, and what they are to get."""

    state: State
    lang: str
    #: Digest → topics (None: all); what is not named has ended.
    digests: Mapping[str, tuple[str, ...] | None]
    paused_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an operator wants changed; None: stays."""

    lang: str | None = None
    digests: tuple[str, ...] | None = None
    topics: tuple[str, ...] | None = None
    #: Instead of `topics`: all, future ones included.
    all_topics: bool = False
    paused_until: datetime | None = None
    ends_pause: bool = False


def addition(found: Found, choice: Choice, lang: str, *, is_confirmed: bool) -> Arrangement:
    """Return where adding somebody leads. *is_confirmed*: there is evidence that they agreed to *choice*."""
    known = found.subscriber
    _check_may_be_mailed(found)
    topics = None if choice.topics is None else tuple(choice.topics)
    wished = dict.fromkeys(choice.digests, topics)
    if known is None:
        return Arrangement(state=State.ACTIVE if is_confirmed else State.PENDING, lang=lang, digests=wished)
    if not is_confirmed and known.state != State.PENDING:
        if known.state == State.UNSUBSCRIBED:
            raise AdministrationError(
                "They left. They come back by signing up themselves; or prove that they want to, with: --confirmed"
                " --evidence TEXT"
            )
        raise AdministrationError(
            f"They are {known.state} already. Change what they get with: newsletter subscribers set"
        )
    having = {key: each.topics for key, each in known.wanted.items()}
    state = known.state
    if is_confirmed and state in {State.PENDING, State.UNSUBSCRIBED}:
        state = State.ACTIVE
    return _legal(
        known,
        Arrangement(
            state=state, lang=known.lang, digests={**wished, **having}, paused_until=known.paused_until
        ),
    )


def changed(reader: Subscriber, wanted: Wanted, *, now: datetime, has_note: bool) -> Arrangement:
    """Return where the reader stands with what is *wanted*. *has_note*: it says how they agreed."""
    if reader.state == State.UNSUBSCRIBED:
        raise AdministrationError("They left every digest: there is nothing to set.")
    having = {key: each.topics for key, each in reader.wanted.items()}
    digests = _digests(having, wanted)
    if reader.state != State.PENDING and set(digests) - set(having) and not has_note:
        raise AdministrationError(
            f"They do not get {', '.join(sorted(set(digests) - set(having)))} yet: say with --note how they agreed."
        )
    state, paused_until = _pause(reader, wanted, now)
    return _legal(
        reader,
        Arrangement(state=state, lang=wanted.lang or reader.lang, digests=digests, paused_until=paused_until),
    )


def check_move(reader: Subscriber, target: Found) -> None:
    """Raise AdministrationError unless the reader may get the address of which *target* is known."""
    is_respelled = target.subscriber is not None and target.subscriber.id == reader.id
    if not is_respelled:
        _check_may_be_mailed(target, "The new address")
        if target.subscriber is not None:
            raise AdministrationError(
                f"Somebody with the new address is known already, and {target.subscriber.state}. Unsubscribe the old"
                " address instead."
            )
    # A bounce is of the old address alone; everything else was said by the person, and goes along.
    if reader.suppressed is not None and (is_respelled or reader.suppressed != Suppression.BOUNCE):
        raise AdministrationError(_suppressed_words(reader.suppressed, "The old address"))
    if reader.state == State.UNSUBSCRIBED:
        raise AdministrationError("They left every digest: there is nothing to move.")


def check_leaving(reader: Subscriber, digest: str | None) -> None:
    """Raise AdministrationError when the reader never asked for *digest*."""
    if digest is not None and digest not in {each.digest for each in reader.subscriptions}:
        theirs = ", ".join(reader.wanted) or "nothing"
        raise AdministrationError(f"They do not get {digest}; they get {theirs}.")


def _digests(
    having: Mapping[str, tuple[str, ...] | None], wanted: Wanted
) -> dict[str, tuple[str, ...] | None]:
    keys = tuple(having) if wanted.digests is None else wanted.digests
    if wanted.all_topics or wanted.topics is not None:
        return dict.fromkeys(keys, wanted.topics)
    added = [key for key in keys if key not in having]
    choices = set(having.values()) or {None}
    if added and len(choices) > 1:
        raise AdministrationError(
            f"Which topics of {', '.join(added)}? They chose different ones for their digests: say with --topics."
        )
    return {key: having[key] if key in having else next(iter(choices)) for key in keys}


def _pause(reader: Subscriber, wanted: Wanted, now: datetime) -> tuple[State, datetime | None]:
    if wanted.ends_pause:
        return (State.ACTIVE if reader.state == State.PAUSED else reader.state), None
    until = wanted.paused_until
    if until is None:
        return reader.state, reader.paused_until
    if not may_end(until, now):
        raise AdministrationError("A pause ends in the future, and within a year.")
    if reader.state == State.PENDING:
        raise AdministrationError("They have not confirmed yet: there is nothing to pause.")
    return State.PAUSED, until


def _check_may_be_mailed(found: Found, who: str = "This address") -> None:
    if found.hashed is not None:
        raise AdministrationError(_suppressed_words(found.hashed.reason, who))
    if found.subscriber is not None and found.subscriber.suppressed is not None:
        raise AdministrationError(_suppressed_words(found.subscriber.suppressed, who))


def _suppressed_words(reason: str, who: str) -> str:
    return (
        f"{who} must not be mailed ({reason}). With evidence that they want it again, lift that with:"
        " newsletter subscribers unsuppress"
    )


def _legal(reader: Subscriber, to: Arrangement) -> Arrangement:
    if to.state != reader.state and (reader.state, to.state) not in TRANSITIONS:
        raise AdministrationError(f"From {reader.state} no way leads to {to.state}.")
    return to
