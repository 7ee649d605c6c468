"""What a row changes. An import adds; it never brings back who left, nor mails who must not be mailed.

| in the database | people who want it | unsubscribed, bounced, blocked, complained |
|---|---|---|
| not there | added: pending, with evidence active | added as suppressed |
| erased (nothing but a hash is left) | refused | unchanged: suppressed for good |
| suppressed | refused | a stronger reason replaces a weaker one |
| unsubscribed | refused | suppressed |
| pending | with evidence active; digests it lacks are added | suppressed |
| active, paused | with evidence, digests it never had are added | suppressed |

Unsubscribed and complained take the consent back: what they got ends. Of bounced and blocked the state stays as it is, and
everything else about a subscriber who is there (address as typed, language, topics, pause).
"""

from typing import NamedTuple

from subscribers.importing.findings import Finding, Reason
from subscribers.importing.rows import NO_WISH, Entry, Wish
from subscribers.importing.standings import SUPPRESSIONS, WELCOME, Standing, stronger
from subscribers.states import State
from subscribers.suppression import WITHDRAWALS, Suppression, is_stronger


class Known(NamedTuple):
    """What the database knows about an address: a tuple, for a million of them are made."""

    ref: bytes
    state: State
    suppressed: Suppression | None = None
    #: Those it has left included.
    digests: frozenset[str] = frozenset()
    #: This import added it.
    is_from_here: bool = False


class Change(NamedTuple):
    """What is to be written: a tuple, for a million of them are made."""

    entry: Entry
    #: None: a new subscriber.
    ref: bytes | None
    #: None: stays.
    state: State | None
    suppressed: Suppression | None
    #: The subscriptions to add.
    wish: Wish


#: How somebody begins who is new. (In a dict: a member of an enumeration is looked up slowly, and there may be a million.)
_FIRST_STATES = {Standing.ACTIVE: State.ACTIVE, Standing.PENDING: State.PENDING}

_ANOTHER_ROW = "Another row has the same address."

#: A change; what is to be said of a row, which then changes nothing; None: nothing to do.
Decision = Change | Finding | None


def decide(entry: Entry, known: Known | None, is_erased: bool) -> Decision:
    """Return what *entry* changes. *is_erased*: its hash is among those of erased addresses."""
    if entry.standing not in WELCOME:
        return _suppress(entry, known, SUPPRESSIONS[entry.standing], is_erased=is_erased)
    if is_erased or (known is not None and known.suppressed is not None):
        return _refused(entry, Reason.SUPPRESSED, "This address must not be mailed.")
    if known is None:
        return Change(entry, None, _FIRST_STATES[entry.standing], None, entry.wish)
    if known.state == State.UNSUBSCRIBED:
        return _refused(entry, Reason.UNSUBSCRIBED, "They left; only their own new sign-up brings them back.")
    return _extend(entry, known)


def _extend(entry: Entry, known: Known) -> Decision:
    is_confirmed = entry.standing is Standing.ACTIVE
    missing = entry.wish.without(known.digests)
    becomes_active = known.state == State.PENDING and is_confirmed
    if becomes_active or (missing.digests and (is_confirmed or known.state == State.PENDING)):
        return Change(entry, known.ref, State.ACTIVE if becomes_active else None, None, missing)
    if known.is_from_here:
        return _refused(entry, Reason.DUPLICATE, _ANOTHER_ROW)
    if missing.digests:
        message = "They read another digest; adding this one needs evidence that they agreed."
        return Finding(line=entry.line, reason=Reason.NEEDS_EVIDENCE, message=message, is_refusal=False)
    return None


def _suppress(entry: Entry, known: Known | None, reason: Suppression, *, is_erased: bool) -> Decision:
    if known is None:
        return None if is_erased else Change(entry, None, State.UNSUBSCRIBED, reason, NO_WISH)
    is_news = is_stronger(reason, known.suppressed)
    is_leaving = reason in WITHDRAWALS and known.state != State.UNSUBSCRIBED
    if is_news or is_leaving:
        state = State.UNSUBSCRIBED if is_leaving else None
        return Change(entry, known.ref, state, reason if is_news else None, NO_WISH)
    if known.is_from_here:
        return _refused(entry, Reason.DUPLICATE, _ANOTHER_ROW)
    return None


def _refused(entry: Entry, reason: Reason, message: str) -> Finding:
    return Finding(line=entry.line, reason=reason, message=message)


def join_duplicates(entries: list[Entry]) -> tuple[list[Entry], list[Finding]]:
    """Return one entry an address, and the rows that were superfluous.

    Of two rows that differ, who must not be mailed counts more than who wants it, and that more than who is to be
    asked. A later row that stands the same may add digests to an earlier one.
    """
    if len({entry.address.key for entry in entries}) == len(entries):
        return entries, []
    by_key: dict[str, Entry] = {}
    superfluous: list[Finding] = []
    for entry in entries:
        earlier = by_key.setdefault(entry.address.key, entry)
        if earlier is entry:
            continue
        kept = _joined(earlier, entry)
        by_key[entry.address.key] = kept
        if kept is earlier or kept is entry:
            left_out = entry if kept is earlier else earlier
            superfluous.append(_refused(left_out, Reason.DUPLICATE, _ANOTHER_ROW))
    return list(by_key.values()), superfluous


def _joined(earlier: Entry, entry: Entry) -> Entry:
    if earlier.standing is not entry.standing:
        if {earlier.standing, entry.standing} == {Standing.ACTIVE, Standing.PENDING}:
            return earlier if earlier.standing is Standing.ACTIVE else entry
        return earlier if stronger(earlier.standing, entry.standing) is earlier.standing else entry
    missing = entry.wish.without(frozenset(digest for digest, _ in earlier.wish.digests))
    if not missing.digests:
        return earlier
    return earlier._replace(wish=Wish(earlier.wish.digests + missing.digests))
