"""What can be shown of one reader's consent (GDPR, Article 7(1)): every record, and whether it is what was sealed (row P-01)."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from subscribers.consent import Action
from subscribers.sealing import Verdict, counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """An import that a record came from."""

    id: int
    at: datetime
    #: The file's name, and how its people agreed.
    source: str
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A record, with what is needed to understand it."""

    id: int
    at: datetime
    action: str
    channel: str
    #: None: it was blanked, when the person was erased.
    payload: Mapping[str, Any] | None
    batch: Batch | None = None
    #: The first seal over it: its number, time and value; None: not sealed yet.
    seal: tuple[int, datetime, bytes] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything that is recorded of one reader's consent."""

    ref: bytes
    entries: tuple[Entry, ...]


_ACTIONS: Mapping[str, str] = {
    Action.CONFIRM: "agreed",
    Action.CHANGE: "changed what they get",
    Action.WITHDRAW: "withdrew",
    Action.SUPPRESS: "suppressed, not of their doing",
    Action.RELEASE: "suppression taken back",
    Action.FORGET: "profile deleted, a keyed hash of the address kept",
}

#: Key of a payload → what it is called, in the order in which it is read.
_LABELS: Mapping[str, str] = {
    "purpose": "Purpose",
    "consent_text": "Text agreed to",
    "checkbox": "Box beside it",
    "lang": "Language",
    "entry": "Entry point",
    "digests": "Digests",
    "topics": "Topics",
    "controller": "Controller",
    "privacy_url": "Privacy notice",
    "privacy_version": "Version of it",
    "request_at": "Asked for at",
    "mailed_at": "Confirmation mailed at",
    "message_id": "Message-ID",
    "confirmed_at": "Confirmed at",
    "method": "Confirmed by",
    "dwell_s": "Seconds on the page",
    "key_id": "Key of the token",
    "scope": "Link was of",
    "paused_until": "Pause until",
    "reason": "Reason",
    "before": "Reason before",
}
#: Told otherwise, or no statement about a person.
_UNSAID = frozenset({"import", "address"})


def printed(evidence: Evidence, *, who: str, verdict: Verdict, now: datetime) -> Iterator[str]:
    """Yield *evidence* line by line, for a person; every time is in UTC. *who*: as the reader is to be called."""
    yield f"Evidence of consent: {who}"
    yield f"Reference {evidence.ref.hex()}; {counted(len(evidence.entries), 'record')}; printed {_time(now)}"
    yield f"Seals: {verdict}"
    for entry in evidence.entries:
        yield ""
        yield from _entry(entry, verdict)


def as_value(evidence: Evidence, verdict: Verdict) -> dict[str, object]:
    """Return *evidence* as JSON values, for a program."""
    return {
        "reader": evidence.ref.hex(),
        "records": [
            {
                "record": entry.id,
                "at": entry.at,
                "action": entry.action,
                "channel": entry.channel,
                "content": entry.payload,
                "import": entry.batch and asdict(entry.batch),
                "seal": entry.seal
                and {
                    "number": entry.seal[0],
                    "at": entry.seal[1],
                    "seal": entry.seal[2].hex(),
                    "holds": _holds(entry, verdict),
                },
            }
            for entry in evidence.entries
        ],
    }


def _entry(entry: Entry, verdict: Verdict) -> Iterator[str]:
    yield f"{_time(entry.at)}  {_ACTIONS.get(entry.action, entry.action)}, by {entry.channel}  (record {entry.id})"
    if entry.payload is None:
        yield _line("Content", "blanked when the person was erased; its hash is kept")
    else:
        for key, value in _in_order(entry.payload):
            yield _line(_LABELS.get(key, key), _said(key, value))
            if key == "consent_text" and value:
                yield _line("SHA-256 of the text", hashlib.sha256(str(value).encode()).hexdigest())
    if entry.batch is not None:
        batch = entry.batch
        yield _line("Import", f"{batch.id}, {_time(batch.at)}, file {batch.source}")
        yield _line("Evidence of it", batch.evidence or "none: its people were asked by mail")
    yield _line("Seal", _sealed(entry, verdict))


def _in_order(payload: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    order = list(_LABELS)
    known = sorted((key for key in payload if key in _LABELS), key=order.index)
    others = sorted(payload.keys() - _LABELS.keys() - _UNSAID)
    for key in (*known, *others):
        if payload[key] is not None or key == "topics":
            yield key, payload[key]


def _said(key: str, value: Any) -> str:
    if key == "topics":
        return "all" if value is None else ", ".join(value) or "none"
    if isinstance(value, Mapping):  # digests, each with its topics
        return "; ".join(f"{digest} (topics: {_said('topics', topics)})" for digest, topics in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _sealed(entry: Entry, verdict: Verdict) -> str:
    if entry.seal is None:
        return "not sealed yet: that is done every night"
    number, at, seal = entry.seal
    state = "holds" if _holds(entry, verdict) else "does not hold, or comes after one that does not"
    return f"{number}, {_time(at)}, {seal.hex()}: {state}"


def _holds(entry: Entry, verdict: Verdict) -> bool:
    return verdict.difference is None or verdict.difference.record > entry.id


def _line(label: str, value: str) -> str:
    return f"    {label + ':':<24}{value}"


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
