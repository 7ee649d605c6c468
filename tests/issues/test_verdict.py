"""What becomes of what is due, and why; `decisions.py` has the table."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from newsletter.content.items import Collection
from newsletter.issues import approval
from newsletter.issues.approval import Fingerprint
from newsletter.issues.assembly import Plan, plan
from newsletter.issues.calendar.agenda import moved
from newsletter.issues.calendar.backlog import Due, backlog, due_specials
from newsletter.issues.calendar.sightings import Sighting, look
from newsletter.issues.newsroom import Newsroom
from newsletter.issues.verdict import Facts, Verdict, decide
from tests.issues.decisions import CASES, ERROR, HASH, REQUIRED, RESTORED_LATER, Case, at
from tests.issues.making import collection, issue_file, newsroom


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_verdict_for_every_row_of_the_table(case: Case) -> None:
    verdicts, overtaken = decided(case)

    assert {name: words(verdict) for name, verdict in verdicts.items()} == case.decided
    assert overtaken == list(case.overtaken)


def decided(case: Case) -> tuple[dict[str, Verdict], list[str]]:
    """Decide as the scheduler does at one moment."""
    now, room = at(case.now), newsroom(case.digest, zone=ZoneInfo(case.zone))
    files = [issue_file(name, f"---\n{fields}\n---\n") for name, fields in case.files.items()]
    folder = collection(*case.items, files=files)
    seen = sighting(case, room, now)
    missed = backlog(
        case.digest, room, moved(case.digest, folder), case.past, counts_from=seen.counts_from, now=now
    )
    timed = due_specials(case.digest, room, folder, case.past, counts_from=seen.counts_from, now=now)
    dues = [due for due in (missed.open, *timed) if due]
    return each_verdict(case, dues, room, folder), [due.issue for due in missed.overtaken]


def sighting(case: Case, room: Newsroom, now: datetime) -> Sighting:
    before = look(None, case.was or case.digest, room.zone, at(case.seen))
    return look(before, case.digest, room.zone, now)


def each_verdict(case: Case, dues: Iterable[Due], room: Newsroom, folder: Collection) -> dict[str, Verdict]:
    now = at(case.now)
    facts = Facts(**{"readers": 1, **case.facts})
    return {due.issue: decide(approved(due.issue, room, folder, now), due, facts, now) for due in dues}


def approved(name: str, room: Newsroom, folder: Collection, now: datetime) -> Plan:
    """Plan an issue whose approval, where it has one, still counts."""
    return approval.settle(plan(name, room, folder, now=now), Fingerprint(hash=HASH, parts={}))


def words(verdict: Verdict) -> str:
    return ": ".join(filter(None, (verdict.kind, verdict.cause)))


def reason(**fields: Any) -> str:
    (verdict,) = decided(Case(what="", decided={}, **fields))[0].values()
    return verdict.reason


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"files": {"monthly-2026-11": "hold: the minister"}}, "the minister"),
        ({"digest": REQUIRED}, "newsletter approve monthly-2026-11"),
        ({"facts": {"update_failure": "git pull: 1"}}, "git pull: 1"),
        ({"facts": {"findings": (ERROR, ERROR)}}, "The mail is too large. (and 1 more)"),
        ({"facts": {"defects": ("a: 301", "b: 404")}}, "a: 301; b: 404"),
        ({"facts": RESTORED_LATER}, "newsletter send monthly-2026-11 sends it, newsletter cancel"),
        ({"now": "2026-11-06T00:00:00Z"}, "was due on 2026-11-03 09:00"),
        (
            {"now": "2026-11-06T00:00:00Z", "facts": {"rests_at": at("2026-11-06T00:00:30Z")}},
            "changed a moment ago",
        ),
        ({"facts": {"readers": 0}}, "nobody would get anything"),
    ],
)
def test_a_verdict_says_why(fields: dict[str, Any], words: str) -> None:
    assert words in reason(**fields)
