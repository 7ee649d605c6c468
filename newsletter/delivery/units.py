"""A unit is what one request carries: a whole batch, or one reader where the provider takes one a request.

Services refuse a request of a thousand for one address that they cannot read. Such a unit is sent again in parts, so that
a bad address costs nobody else the mail; what is refused whoever it is for stops the issue and loses nobody. A request whose
answer never came is repeated only under its key, as it was, and only its answer ends a doubt.
"""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import msgspec

from newsletter.delivery.letter import Letter
from newsletter.delivery.providers.base import Session
from newsletter.delivery.values import Receipt, Recipient, Verdict
from newsletter.errors import AccountError, OutcomeUnknownError, RefusedError, TemporaryError


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of one unit."""

    receipts: Sequence[Receipt]
    #: The rest of the batch is left for later: the session or the account is what failed.
    ends_batch: bool = False
    #: Why the whole issue must stop, if it must.
    stop_reason: str = ""
    #: Refused as a whole, and nobody in it accepted: it may go again in parts.
    wants_parts: bool = False
    #: With what words readers who stand apart were all refused, and the unit put off: it may be the mail that is refused.
    accuses_mail: str = ""


#: How a unit is sent: `send_unit`, `send_parts`, `send_proven_parts` or `repeat_unit`. Whatever happens, it answers.
Way = Callable[[Session, Letter, Sequence[Recipient]], Answer]


def send_unit(session: Session, letter: Letter, recipients: Sequence[Recipient]) -> Answer:
    """Send one unit and return an answer for each of its readers, or that it wants to go in parts."""
    try:
        return _ask(session, letter, recipients)
    except RefusedError as error:
        if len(recipients) == 1:
            return Answer(receipts=_for_all(recipients, Verdict.REFUSED, error))
        return Answer(receipts=(), wants_parts=True)


def send_parts(session: Session, letter: Letter, recipients: Sequence[Recipient]) -> Answer:
    """Send a unit that was refused again, in parts, each under a key of its own: the whole one's must be forgotten before."""
    return _Parts(session, letter).send(recipients)


def send_proven_parts(session: Session, letter: Letter, recipients: Sequence[Recipient]) -> Answer:
    """As `send_parts`, with a letter that was just accepted for others: whoever is refused is refused for their own sake."""
    return _Parts(session, letter, is_proven=True).send(recipients)


def repeat_unit(session: Session, letter: Letter, recipients: Sequence[Recipient]) -> Answer:
    """Send a unit in doubt again under its key; what is no answer for a reader leaves that reader in doubt."""
    try:
        answer = _ask(session, letter, recipients)
    except RefusedError as error:
        return Answer(receipts=_for_all(recipients, Verdict.UNKNOWN, error))
    return replace(
        answer,
        receipts=[
            msgspec.structs.replace(receipt, verdict=Verdict.UNKNOWN)
            if receipt.verdict is Verdict.LATER
            else receipt
            for receipt in answer.receipts
        ],
    )


def _ask(session: Session, letter: Letter, recipients: Sequence[Recipient]) -> Answer:
    """Make one request; of all that may go wrong only RefusedError is left to the caller."""
    try:
        return Answer(receipts=_complete(session.send(letter, recipients), recipients))
    except TemporaryError as error:
        receipts = _for_all(recipients, Verdict.LATER, error, wish_s=error.retry_after_s)
        return Answer(receipts=receipts, ends_batch=True)
    except AccountError as error:
        receipts = _for_all(recipients, Verdict.LATER, error)
        return Answer(receipts=receipts, ends_batch=True, stop_reason=str(error))
    except OutcomeUnknownError as error:
        return Answer(receipts=_for_all(recipients, Verdict.UNKNOWN, error))
    except RefusedError:
        raise
    except Exception as error:  # a bug in a provider must not lose the record of what may have left
        reason = f"{type(error).__name__} in the provider: {error}"
        receipts = _for_all(recipients, Verdict.UNKNOWN, reason)
        return Answer(receipts=receipts, ends_batch=True, stop_reason=reason)


@dataclass(slots=True)
class _Parts:
    """Sends a unit that was refused again, in parts."""

    session: Session
    letter: Letter
    is_proven: bool = False
    _receipts: list[Receipt] = field(default_factory=list)

    def send(self, recipients: Sequence[Recipient]) -> Answer:
        """Find out who is refused: first whether everybody is, by three who stand apart.

        When they are, it may not be for their sake, and they wait with the others; the next try asks three others.
        """
        places = _apart(len(recipients))
        probes = [recipients[place] for place in places]
        rest = [recipient for place, recipient in enumerate(recipients) if place not in places]
        waiting: list[Sequence[Recipient]] = [rest] if rest else []
        waiting += [(probe,) for probe in reversed(probes)]
        refused: RefusedError | None = None
        while waiting:
            part = waiting.pop()
            try:
                answer = _ask(self.session, self.letter, part)
            except RefusedError as error:
                refused = error
                if len(part) > 1:
                    half = len(part) // 2
                    waiting += [part[half:], part[:half]]
                    continue
                answer = Answer(receipts=_for_all(part, Verdict.REFUSED, error))
            self._receipts += answer.receipts
            if answer.ends_batch:
                return self._stopped(waiting, answer.receipts[-1].detail, answer.stop_reason)
            if not self.is_proven and waiting == [rest] and refused and self._all_were_refused():
                return Answer(
                    receipts=_for_all(recipients, Verdict.LATER, refused), accuses_mail=str(refused)
                )
        return Answer(receipts=self._receipts)

    def _all_were_refused(self) -> bool:
        return all(receipt.verdict is Verdict.REFUSED for receipt in self._receipts)

    def _stopped(self, waiting: Iterable[Sequence[Recipient]], words: str, stop_reason: str) -> Answer:
        """Leave those who wait for later."""
        later = [receipt for part in waiting for receipt in _for_all(part, Verdict.LATER, words)]
        return Answer(receipts=[*self._receipts, *later], ends_batch=True, stop_reason=stop_reason)


def _apart(count: int) -> list[int]:
    """Return a place in each third of *count* places; every one of three or fewer."""
    bounds = [count * third // 3 for third in range(4)]
    return [
        random.randrange(begin, end)  # noqa: S311  # so that another try asks others
        for begin, end in pairwise(bounds)
        if begin < end
    ]


def _complete(receipts: Sequence[Receipt], recipients: Sequence[Recipient]) -> list[Receipt]:
    """Return *receipts*, and a doubt for each of *recipients* of whom the provider said nothing."""
    answered = {receipt.subscriber_id for receipt in receipts}
    silent = [recipient for recipient in recipients if recipient.subscriber_id not in answered]
    return [*receipts, *_for_all(silent, Verdict.UNKNOWN, "the answer does not speak of this reader")]


def _for_all(
    recipients: Sequence[Recipient], verdict: Verdict, words: object, *, wish_s: float | None = None
) -> list[Receipt]:
    return [
        Receipt(recipient.subscriber_id, verdict, str(words), retry_after_s=wish_s)
        for recipient in recipients
    ]
