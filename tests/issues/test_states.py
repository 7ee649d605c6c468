"""Which state may follow which."""

from pathlib import Path

from newsletter.issues.states import BEGUN, ENDED, TRANSITIONS, UNDER_WAY, is_legal
from newsletter.issues.values import IssueState


def test_what_was_cancelled_or_superseded_stays_so() -> None:
    assert not {IssueState.CANCELLED, IssueState.SUPERSEDED} & {old for old, _ in TRANSITIONS}


def test_nothing_that_has_left_becomes_a_draft_again() -> None:
    for state in BEGUN:
        assert not is_legal(state, IssueState.DRAFT)
        assert state is IssueState.SUPERSEDED or not is_legal(state, IssueState.SUPERSEDED)


def test_what_has_begun_is_under_way_halted_or_over() -> None:
    assert {IssueState.PAUSED} == BEGUN - UNDER_WAY - ENDED
    assert not UNDER_WAY & ENDED


def test_only_a_frozen_issue_starts_sending() -> None:
    """Or one that was sending before."""
    before = {old for old, new in TRANSITIONS if new is IssueState.SENDING}

    assert before == {IssueState.FREEZING, IssueState.PAUSED, IssueState.HELD, IssueState.SENT}


def test_staying_is_legal_and_every_state_can_be_reached() -> None:
    reachable = {new for _, new in TRANSITIONS}

    assert all(is_legal(state, state) for state in IssueState)
    assert reachable == set(IssueState)


def test_the_documented_table_is_the_one_in_force() -> None:
    text = (Path(__file__).parents[2] / "docs" / "issues.md").read_text(encoding="utf-8")
    _, _, table = text.partition("| from | to | when |\n|---|---|---|\n")
    documented = set()
    for row in table.partition("\n\n")[0].splitlines():
        old, targets, _ = (cell.strip() for cell in row.strip("|").split("|"))
        documented |= {(IssueState(old), IssueState(new.strip())) for new in targets.split(",")}

    assert documented == set(TRANSITIONS)
