"""What a row changes. An import adds; it never brings back who left, nor mails who must not be mailed.

| in the database | people who want it | unsubscribed, bounced, complained |
|---|---|---|
| not there | added: pending, with evidence active | added as suppressed |
| erased (a hash is left) | refused | unchanged: suppressed for good |
| suppressed | refused | a stronger reason replaces a weaker one |
| unsubscribed | refused | suppressed |
| pending | with evidence active; digests it lacks are added | suppressed |
| active, paused | with evidence, digests it never had are added | suppressed |

Everything else about a subscriber who is there (address as typed, language, topics, pause) stays as it is.
"""

from dataclasses import dataclass

from subscribers.importing.findings import Finding, Reason
from subscribers.importing.rows import NO_WISH, Entry, Wish
from subscribers.importing.rules import ImportRules
from subscribers.states import State
from subscribers.suppression import Suppression, is_stronger


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the database knows about an address."""

    ref: bytes
    state: State
    suppressed: Suppression | None = None
    #: Those it has left included.
    digests: frozenset[str] = frozenset()
    #: This import added it.
    is_from_here: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be written."""

    entry: Entry
    #: None: a new subscriber.
    ref: bytes | None
    #: None: stays.
    state: State | None
    suppressed: Suppression | None
    #: The subscriptions to add.
    wish: Wish


#: A change; what is to be said of a row, which then changes nothing; None: nothing to do.
Decision = Change | Finding | None


def decide(entry: Entry, known: Known | None, *, is_erased: bool, rules: ImportRules) -> Decision:
    """Return what *entry* changes. *is_erased*: its hash is among those of erased addresses."""
    if rules.suppression is not None:
        return _suppress(entry, known, rules.suppression, is_erased=is_erased)
    if is_erased or (known is not None and known.suppressed is not None):
        return _refused(entry, Reason.SUPPRESSED, "This address must not be mailed.")
    state = State.ACTIVE if rules.is_confirmed else State.PENDING
    if known is None:
        return Change(entry, None, state, None, entry.wish)
    if known.state == State.UNSUBSCRIBED:
        return _refused(entry, Reason.UNSUBSCRIBED, "They left; only their own new sign-up brings them back.")
    return _extend(entry, known, rules)


def _extend(entry: Entry, known: Known, rules: ImportRules) -> Decision:
    missing = entry.wish.without(known.digests)
    becomes_active = known.state == State.PENDING and rules.is_confirmed
    if becomes_active or (missing.digests and (rules.is_confirmed or known.state == State.PENDING)):
        return Change(entry, known.ref, State.ACTIVE if becomes_active else None, None, missing)
    if known.is_from_here:
        return _refused(entry, Reason.DUPLICATE, "An earlier row has the same address.")
    if missing.digests:
        message = "They read another digest; adding this one needs evidence that they agreed."
        return Finding(line=entry.line, reason=Reason.NEEDS_EVIDENCE, message=message, is_refusal=False)
    return None


def _suppress(entry: Entry, known: Known | None, reason: Suppression, *, is_erased: bool) -> Decision:
    if is_erased:
        return None
    if known is None:
        return Change(entry, None, State.UNSUBSCRIBED, reason, NO_WISH)
    if is_stronger(reason, known.suppressed):
        return Change(entry, known.ref, None, reason, NO_WISH)
    if known.is_from_here:
        return _refused(entry, Reason.DUPLICATE, "An earlier row has the same address.")
    return None


def _refused(entry: Entry, reason: Reason, message: str) -> Finding:
    return Finding(line=entry.line, reason=reason, message=message)


def join_duplicates(entries: list[Entry]) -> tuple[list[Entry], list[Finding]]:
    """Return one entry an address, and the rows that were superfluous. A later row may add digests to an earlier one."""
    by_key: dict[str, Entry] = {}
    superfluous: list[Finding] = []
    for entry in entries:
        earlier = by_key.setdefault(entry.address.key, entry)
        if earlier is entry:
            continue
        missing = entry.wish.without(frozenset(digest for digest, _ in earlier.wish.digests))
        if missing.digests:
            wish = Wish(earlier.wish.digests + missing.digests)
            by_key[entry.address.key] = Entry(earlier.line, earlier.address, earlier.lang, wish)
        else:
            superfluous.append(_refused(entry, Reason.DUPLICATE, "An earlier row has the same address."))
    return list(by_key.values()), superfluous
