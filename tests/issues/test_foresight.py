"""What editors are told ahead."""

from datetime import timedelta
from typing import Any

import pytest

from newsletter.issues import approval
from newsletter.issues.approval import Fingerprint
from newsletter.issues.assembly import Plan, plan
from newsletter.issues.digests import Approval
from newsletter.issues.foresight import latecomers, preview_due, reminder_due
from tests.issues.making import NOVEMBER, collection, digest, issue_file, news, newsroom

HASH = "a" * 64


def made(text: str = "", approved: str = HASH, **fields: Any) -> Plan:
    items = [news("news/a"), news("news/a", lang="fr"), news("news/b"), news("news/draft", draft=True)]
    files = [issue_file("monthly-2026-11", f"---\n{text}\n---\n")]
    room = newsroom(digest(**fields))
    drafted = plan("monthly-2026-11", room, collection(*items, files=files), now=NOVEMBER - timedelta(days=5))
    return approval.settle(drafted, Fingerprint(hash=approved, parts={}))


@pytest.mark.parametrize(
    ("hours_ahead", "lead", "is_due"),
    [(73, 72, False), (72, 72, True), (1, 72, True), (0, 72, False), (-1, 72, False), (1, 0, False)],
)
def test_a_preview_is_due_from_its_lead_until_the_issue_is(hours_ahead: int, lead: int, is_due: bool) -> None:
    now = NOVEMBER - timedelta(hours=hours_ahead)

    assert preview_due(NOVEMBER, digest(preview_lead_hours=lead), now) is is_due


@pytest.mark.parametrize(
    ("hours_ahead", "lead", "is_due"),
    [
        *((25, 72, False), (24, 72, True), (1, 72, True), (0, 72, False)),
        *((24, 500, True), (25, 500, False)),
        *((5, 12, False), (4, 12, True)),
        *((25, 0, False), (24, 0, True)),
    ],
)
def test_a_reminder_comes_before_an_approval_is_too_late(hours_ahead: int, lead: int, is_due: bool) -> None:
    waiting = made(approval=Approval.REQUIRED, preview_lead_hours=lead)

    assert reminder_due(NOVEMBER, waiting, NOVEMBER - timedelta(hours=hours_ahead)) is is_due


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("", {}),
        (f"approval: {{hash: {HASH}}}", {"approval": Approval.REQUIRED}),
        ("hold: x", {"approval": Approval.REQUIRED}),
        ("skip: true", {"approval": Approval.REQUIRED}),
        ("items: []", {"approval": Approval.REQUIRED}),
    ],
)
def test_nobody_is_reminded_of_what_would_not_help(text: str, fields: dict[str, Any]) -> None:
    assert not reminder_due(NOVEMBER, made(text, **fields), NOVEMBER - timedelta(hours=1))


def test_an_approval_that_an_edit_voided_is_reminded_of() -> None:
    voided = made(f"approval: {{hash: {HASH}}}", approved="b" * 64, approval=Approval.REQUIRED)

    assert reminder_due(NOVEMBER, voided, NOVEMBER - timedelta(hours=1))


def test_what_came_after_the_approval_is_told_once_an_item() -> None:
    approved = made(f"items: [news/b]\napproval: {{hash: {HASH}}}")

    (latecomer,) = latecomers(approved)
    assert (latecomer.key, latecomer.path) == ("news/a", "content/news/a.md")


@pytest.mark.parametrize("text", ["items: [news/b]", f"approval: {{hash: {HASH}}}\nexclude: [news/b]"])
def test_what_an_editor_left_out_is_no_latecomer(text: str) -> None:
    assert latecomers(made(text)) == ()
