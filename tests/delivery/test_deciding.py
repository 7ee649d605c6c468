"""What is decided of an issue before it begins, and what such a decision cannot change any more."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from newsletter.database import Engine
from newsletter.issues.values import Issue, IssueState
from newsletter.storage import deciding, inclusions, issues
from newsletter.storage.issues import StoredIssue
from tests.delivery.frozen_issue import NOW, add_readers, freeze, issue, rendered

#: Of the month before `issue()`.
OCTOBER = "monthly-2026-10"


def _october(name: str = OCTOBER, period: str = "2026-10", *, is_special: bool = False) -> Issue:
    due = NOW - timedelta(days=28)
    return replace(issue(), id=name, period=period, due_at=due, cut_off=due, is_special=is_special)


def _hold(engine: Engine, which: Issue, now: datetime = NOW) -> bool:
    return deciding.hold(engine, which, "late", is_rehearsal=True, now=now)


def _cancel(engine: Engine, which: Issue) -> bool:
    return deciding.cancel_unbegun(engine, which, "by a person", is_rehearsal=True, now=NOW)


def _start(engine: Engine, which: Issue) -> StoredIssue:
    chosen = {("en", ""): "en"}
    known = inclusions.included(engine, is_rehearsal=True)
    return issues.start(
        engine, which, rendered("en"), chosen, is_rehearsal=True, freeze_to=9, now=NOW, known=known
    )


def _states(engine: Engine) -> dict[str, IssueState]:
    return {stored.id: stored.state for stored in issues.list_all(engine, is_rehearsal=True)}


def _items(engine: Engine) -> list[tuple[str, str]]:
    return [(row.issue, row.key) for row in inclusions.included(engine, is_rehearsal=True)]


@pytest.mark.parametrize("state", [IssueState.FREEZING, IssueState.SENDING, IssueState.PAUSED])
def test_who_holds_too_late_changes_nothing_of_an_issue_that_began(engine: Engine, state: IssueState) -> None:
    add_readers(engine, 3)
    stored = _start(engine, issue()) if state is IssueState.FREEZING else freeze(engine)
    issues.set_state(engine, stored.number, state)

    has_held = _hold(engine, issue())

    assert not has_held
    assert _states(engine) == {issue().id: state}


def test_an_issue_cancelled_while_it_is_started_keeps_no_items(engine: Engine) -> None:
    stored = _start(engine, issue())

    too_late = _cancel(engine, issue())
    before = _items(engine)
    cancelled = issues.cancel(engine, stored.number, now=NOW, reason="by a person")

    assert (too_late, cancelled) == (False, True)
    assert before == [(issue().id, "news/one")]
    assert _items(engine) == []


def test_an_issue_that_was_held_while_it_was_frozen_is_cancelled_without_its_items(engine: Engine) -> None:
    stored = _start(engine, issue())
    issues.set_state(engine, stored.number, IssueState.HELD)

    cancelled = _cancel(engine, issue())

    assert cancelled
    assert _items(engine) == []


def test_an_issue_is_not_started_a_second_time_under_another_name(engine: Engine) -> None:
    _start(engine, issue())

    again = _start(engine, replace(issue(), id="bulletin-2026-11"))

    assert again.id == issue().id
    assert len(_states(engine)) == 1


@pytest.mark.parametrize("takes_over", [_start, _hold])
def test_the_next_issue_takes_the_place_of_one_that_was_held(engine: Engine, takes_over: object) -> None:
    assert callable(takes_over)
    _hold(engine, _october())

    takes_over(engine, issue())

    october = issues.find(engine, OCTOBER, is_rehearsal=True)
    assert october is not None
    assert (october.state, october.reason) == (IssueState.SUPERSEDED, f"its items are in {issue().id}")


def test_an_issue_that_is_skipped_takes_nobody_s_place(engine: Engine) -> None:
    _hold(engine, _october())

    deciding.skip(engine, issue(), "nothing new", is_rehearsal=True, now=NOW)

    assert _states(engine) == {OCTOBER: IssueState.HELD, issue().id: IssueState.SKIPPED}


def test_what_was_frozen_of_a_superseded_issue_is_free_again_unless_it_left(engine: Engine) -> None:
    frozen, left = (
        _start(engine, _october()),
        _start(engine, _october(name="monthly-2026-09", period="2026-09")),
    )
    issues.set_state(engine, left.number, IssueState.SENDING)
    issues.mark_left(engine, left.number, "memory")
    for stored in (frozen, left):
        issues.set_state(engine, stored.number, IssueState.HELD)

    _hold(engine, issue())

    assert _items(engine) == [(left.id, "news/one")]
    assert set(_states(engine).values()) == {IssueState.HELD, IssueState.SUPERSEDED}


def test_a_special_takes_nobody_s_place_and_keeps_its_own(engine: Engine) -> None:
    _hold(engine, _october())
    _hold(engine, _october(name="summit", period="summit", is_special=True))

    _start(engine, replace(issue(), id="summit-2", period="summit-2", is_special=True))
    before = _states(engine)
    _start(engine, issue())

    assert (before[OCTOBER], before["summit"]) == (IssueState.HELD, IssueState.HELD)
    assert (_states(engine)[OCTOBER], _states(engine)["summit"]) == (IssueState.SUPERSEDED, IssueState.HELD)


def test_what_a_clock_that_ran_ahead_decided_is_taken_back(engine: Engine) -> None:
    deciding.skip(engine, _october(), "nothing new", is_rehearsal=True, now=NOW)
    _hold(engine, replace(issue(), id="monthly-2027-05", period="2027-05"), NOW + timedelta(days=189))

    taken_back = deciding.take_back(engine, NOW)

    assert taken_back == ["monthly-2027-05"]
    assert _states(engine) == {OCTOBER: IssueState.SKIPPED}
