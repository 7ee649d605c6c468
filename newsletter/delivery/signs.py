"""What answers say of more than their readers: of the mail, of the account, of a provider that takes nothing."""

from dataclasses import dataclass, field
from datetime import datetime

from newsletter.delivery.in_hand import InHand
from newsletter.delivery.outages import Outage, after_failure
from newsletter.delivery.retries import jitter
from newsletter.delivery.units import Answer
from newsletter.delivery.values import Verdict


@dataclass(slots=True)
class Signs:
    """What the answers of one run have said so far."""

    #: So many requests in a row refused for good pause the issue; 0: never.
    most_refused: int
    #: Why the issue must be paused; "": it need not.
    stop_reason: str = ""
    outage: Outage | None = None
    #: The variants that were accepted for somebody in this run, with the settings as they are.
    accepted: set[int] = field(default_factory=set)
    _refused_in_a_row: int = 0
    #: Batches that were put off because nobody who was asked was accepted.
    _accusing: set[int] = field(default_factory=set)

    def heed(self, in_hand: InHand, answer: Answer, now: datetime) -> datetime | None:
        """Draw from an answer what concerns more than its readers; return until when its connection is to rest."""
        verdicts = {receipt.verdict for receipt in answer.receipts}
        if Verdict.ACCEPTED in verdicts:
            self.accepted.add(in_hand.batch.variant)
        if not answer.wants_parts:
            is_refused = verdicts == {Verdict.REFUSED} or bool(answer.accuses_mail)
            self._refused_in_a_row = self._refused_in_a_row + 1 if is_refused else 0
        self.stop_reason = self.stop_reason or answer.stop_reason or self._accusation(in_hand, answer)
        if 0 < self.most_refused <= self._refused_in_a_row and not self.stop_reason:
            self.stop_reason = (
                f"{self._refused_in_a_row} requests in a row were refused, the last with: "
                f"{answer.receipts[-1].detail}"
            )
        # No answer at all for anybody, again and again, would put the whole audience in doubt within minutes.
        if not answer.ends_batch and verdicts != {Verdict.UNKNOWN}:
            self.outage = None
            return None
        last = answer.receipts[-1]
        self.outage = after_failure(
            self.outage,
            last.detail,
            in_hand.wish_s,
            leaves_doubt=last.verdict is Verdict.UNKNOWN,
            now=now,
            jitter=jitter(),
        )
        return self.outage.until

    def _accusation(self, in_hand: InHand, answer: Answer) -> str:
        """Return why the mail itself must be what is refused, "" while it may be its readers' fault.

        A batch that was put off for it is asked about once more: others go first, and the mail may be accepted for them.
        """
        if not answer.accuses_mail:
            return ""
        batch = in_hand.batch
        is_sure = batch.id in self._accusing and batch.variant not in self.accepted
        self._accusing.add(batch.id)
        return f"the provider refuses this mail, whoever it is for: {answer.accuses_mail}" if is_sure else ""
