"""Which state of an issue may follow which, and when."""

from collections.abc import Mapping

from newsletter.issues.values import IssueState as S

#: (from, to) → when. What is not here must not happen. A state without a row of its own is final.
TRANSITIONS: Mapping[tuple[S, S], str] = {
    (S.DRAFT, S.APPROVED): "an editor approves it",
    (
        S.DRAFT,
        S.HELD,
    ): "an editor holds it, it has errors, it is late, or its approval is missing when it is due",
    (S.DRAFT, S.SKIPPED): "it has too few new items, or its file says so",
    (S.DRAFT, S.FREEZING): "it is due, or a person sends it",
    (S.DRAFT, S.CANCELLED): "a person cancels it",
    # Odd: nothing was stored for it, and still the period is past; its items are in the next issue.
    (S.DRAFT, S.SUPERSEDED): "the next period's issue starts before it",
    (S.APPROVED, S.DRAFT): "the approval is taken back, or an edit voids it",
    (S.APPROVED, S.HELD): "an editor holds it, it has errors, or it is late",
    (S.APPROVED, S.SKIPPED): "its file says so",
    (S.APPROVED, S.FREEZING): "it is due, or a person sends it",
    (S.APPROVED, S.CANCELLED): "a person cancels it",
    (S.APPROVED, S.SUPERSEDED): "the next period's issue starts before it",
    (S.HELD, S.DRAFT): "it is released, and nothing of it has left",
    (S.HELD, S.APPROVED): "it is released, approved as it is",
    (S.HELD, S.SKIPPED): "its file says so, or its items are gone",
    (S.HELD, S.FREEZING): "a person sends it, or it is released when it was due",
    (S.HELD, S.CANCELLED): "a person cancels it",
    (S.HELD, S.SUPERSEDED): "the next period's issue takes its items over",
    # Odd: after a restored backup an issue is held in mid-sending; a person lets it go on, or counts it as sent.
    (S.HELD, S.SENDING): "it was held while sending, and a person lets it go on",
    (S.HELD, S.SENT): "a restored backup does not know what the journal knows: it counts as sent",
    (S.FREEZING, S.SENDING): "every reader is in the ledger, and the batches are made",
    (S.FREEZING, S.HELD): "a backup is restored that does not know what became of it",
    (S.FREEZING, S.CANCELLED): "a person cancels it; its items are free again",
    (S.SENDING, S.SENT): "nothing is queued or under way any more",
    (S.SENDING, S.PAUSED): "a person pauses it, or too many bounces, complaints or refusals stop it",
    (S.SENDING, S.HELD): "a backup is restored that does not know who got it since",
    (S.SENDING, S.CANCELLED): "a person cancels it; its items count as sent",
    (S.PAUSED, S.SENDING): "a person resumes it",
    # Odd: a webhook or a look-up may settle the last doubt while it is paused.
    (S.PAUSED, S.SENT): "its last readers in doubt are settled, and nothing is queued",
    (S.PAUSED, S.HELD): "a backup is restored that does not know who got it since",
    (S.PAUSED, S.CANCELLED): "a person cancels it; its items count as sent",
    # Odd: skipping is a decision of the clock, which a person may overrule until the period is past.
    (S.SKIPPED, S.DRAFT): "new items arrive, or the file no longer says so, before it is due",
    (S.SKIPPED, S.APPROVED): "an editor approves it, short as it is",
    (S.SKIPPED, S.HELD): "an editor holds it",
    (S.SKIPPED, S.FREEZING): "a person sends it all the same",
    (S.SKIPPED, S.CANCELLED): "a person cancels it",
    (S.SKIPPED, S.SUPERSEDED): "the next period's issue starts before it",
    # Odd: sent, and yet again sending: a person resends to readers in doubt.
    (S.SENT, S.SENDING): "newsletter resolve --unknown resend puts readers in doubt back into the queue",
}

#: Under way by itself: `send` and the scheduler go on with it.
UNDER_WAY = frozenset({S.FREEZING, S.SENDING})
#: Over; only what was sent may go on again, by a person's decision.
ENDED = frozenset({S.SENT, S.CANCELLED, S.SUPERSEDED})
#: Over or on its way: the files no longer matter for it, and the next issue comes after it.
BEGUN = UNDER_WAY | {S.PAUSED} | ENDED
#: Only decided about, if that: nothing of it was written down for readers.
UNBEGUN = frozenset(S) - BEGUN


def is_legal(old: S, new: S) -> bool:
    """Whether an issue may go from *old* to *new*; staying is always legal."""
    return old is new or (old, new) in TRANSITIONS
