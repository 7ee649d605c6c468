"""Approval: the same hash everywhere, void after any edit, and saying what changed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.content.items import Collection, Item, Picture
from newsletter.errors import IssueError
from newsletter.issues.approval import Sources, approve, chosen, fingerprint, settle, source_paths
from newsletter.issues.assembly import Plan, plan
from newsletter.issues.digests import Approval
from newsletter.issues.file.decisions import hold, release, unapprove
from newsletter.issues.newsroom import Newsroom
from newsletter.issues.values import Included, IssueState
from newsletter.settings.model import Theme
from tests.issues.making import NOVEMBER, collection, digest, event, inclusions, issue_file, news, newsroom

NAME = "monthly-2026-11"
PATH = "content/issues/monthly-2026-11.md"
AT = datetime(2026, 11, 1, 10, tzinfo=UTC)
ITEMS = (
    news("news/a", picture=Picture(source="content/news/a.png")),
    news("news/b", "2026-10-21", topics=("green",)),
    news("news/b", "2026-10-21", lang="fr"),
    event("events/soon", "2026-11-20"),
)
ROOM = newsroom(digest(approval=Approval.REQUIRED))


def sources(text: bytes | None = None, **more: object) -> Sources:
    """Return the bytes of every file, with *text* as the issue file."""
    files = {item.path: item.body.encode() + b"\n" for item in ITEMS} | {"content/news/a.png": b"\0\r\n1"}
    if text is not None:
        files[PATH] = text
    return replace(Sources(files=files, theme={"accent": "#0b5cad"}), **more)  # type: ignore[arg-type]  # fields of it


def folder(text: bytes | None = None) -> Collection:
    return collection(*ITEMS, files=[] if text is None else [issue_file(NAME, text)])


def planned(text: bytes | None = None, *, room: Newsroom = ROOM, included: tuple[Included, ...] = ()) -> Plan:
    return plan(NAME, room, folder(text), included, now=NOVEMBER)


def looked_at(text: bytes, given_sources: Sources | None = None, room: Newsroom = ROOM) -> Plan:
    """Return the plan with its approval looked at."""
    made = planned(text, room=room)
    return settle(made, fingerprint(made.issue, given_sources or sources(text)))


def approved(text: bytes | None = None) -> bytes:
    return approve(planned(text), sources(text), by="An editor", at=AT)


def test_an_approved_issue_is_approved() -> None:
    assert looked_at(approved()).standing.state is IssueState.APPROVED


def test_approving_lists_the_items_and_keeps_the_editors_text() -> None:
    text = approved(b"---\nsubject: S # ours\n---\nHello\n").decode()

    assert text.startswith(
        "---\nsubject: S # ours\nitems:\n"
        "  - news/b  # Title of news/b\n"
        "  - news/a  # Title of news/a\n"
        "  - events/soon  # Title of events/soon (announced)\n"
        "approval:\n"
    )
    assert text.endswith("---\nHello\n")


def test_approving_again_changes_only_who_and_when() -> None:
    first = approved()
    again = approve(planned(first), sources(first), by="Another", at=AT)

    assert again == first.replace(b'by: "An editor"', b'by: "Another"')


def test_what_belongs_to_an_issue_is_its_files_items_translations_and_pictures() -> None:
    assert set(source_paths(planned(b"Hello"))) == {
        PATH,
        "content/news/a.png",
        *(item.path for item in ITEMS),
    }


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"content/news/a.md": b"edited"}, "content/news/a.md was changed"),
        ({"content/news/b.fr.md": b"edited"}, "content/news/b.fr.md was changed"),
        ({"content/news/a.png": b"\0another"}, "content/news/a.png was changed"),
        ({"content/news/a.png": b"\0\n1"}, "content/news/a.png was changed"),
        ({"content/news/new.png": b"\0"}, "content/news/new.png is new"),
    ],
)
def test_an_edited_file_voids_the_approval_and_is_named(changed: Mapping[str, bytes], words: str) -> None:
    text = approved()
    edited = sources(text)

    standing = looked_at(text, replace(edited, files={**edited.files, **changed})).standing

    assert standing.state is IssueState.DRAFT
    assert standing.reason == f"the approval by An editor no longer counts: {words}"


def test_an_edited_issue_file_voids_the_approval() -> None:
    text = approved(b"---\nsubject: S\n---\nHello\n").replace(b"Hello", b"Dear reader")

    assert f"{PATH} was changed" in looked_at(text).standing.reason


def test_a_changed_order_voids_the_approval() -> None:
    lines = approved().splitlines(keepends=True)
    text = b"".join([lines[0], lines[1], lines[3], lines[2], *lines[4:]])

    assert f"{PATH} was changed" in looked_at(text).standing.reason


def test_changed_settings_and_templates_void_the_approval() -> None:
    text = approved()
    other = newsroom(digest(approval=Approval.REQUIRED, title="Another title"))

    dark = sources(text, theme={"accent": "#000000"})
    templated = sources(text, templates={"templates/email/issue.mjml": b"x"})

    assert "[theme] was changed" in looked_at(text, dark).standing.reason
    assert "templates/email/issue.mjml is new" in looked_at(text, templated).standing.reason
    assert "[digests.monthly] was changed" in looked_at(text, room=other).standing.reason


def test_when_and_by_whom_an_issue_is_let_go_is_not_hashed() -> None:
    text = approved()
    later = newsroom(digest(paused=True, max_lateness_hours=1, preview_lead_hours=0))

    assert looked_at(text, room=later).standing.state is IssueState.APPROVED


def test_a_setting_that_nobody_chose_is_not_hashed() -> None:
    """A later version may have more settings, and other defaults: neither voids an approval."""
    usual, own = digest(), digest(schedule={"day": "last", "hour": "9"}, topics=("green",))

    assert set(chosen(usual)) == {"key", "title", "period", "schedule"}
    assert set(chosen(own)) == {"key", "title", "period", "schedule", "topics"}
    assert chosen(Theme(radius=4)) == {}
    assert chosen(Theme(accent="#000000")) == {"accent": "#000000"}


def test_holding_and_releasing_keeps_the_approval() -> None:
    text = approved(b"---\nsubject: S\n---\n")

    held = hold(text, "wait", path=PATH)

    assert looked_at(held).standing.state is IssueState.HELD
    assert looked_at(release(held, path=PATH)).standing.state is IssueState.APPROVED


def test_without_the_approval_the_file_is_as_it_was_with_its_items() -> None:
    text = approved(b"---\nsubject: S\n---\n")

    assert approve(planned(unapprove(text, path=PATH)), sources(text), by="An editor", at=AT) == text


def test_what_was_approved_is_sent_though_it_is_short() -> None:
    few = newsroom(digest(min_items=9))
    text = approve(planned(room=few), sources(), by="", at=AT)

    assert planned(text, room=few).standing.state is IssueState.SKIPPED
    assert looked_at(text, room=few).standing.state is IssueState.APPROVED


def test_errors_and_nothing_at_all_cannot_be_approved() -> None:
    wrong = b"---\nlead: nothing\n---\n"
    nothing = plan(NAME, ROOM, collection(), now=NOVEMBER)

    with pytest.raises(IssueError, match="there is no such item"):
        approve(planned(wrong), sources(wrong), by="", at=AT)
    with pytest.raises(IssueError, match="has no items yet"):
        approve(nothing, sources(), by="", at=AT)


def test_only_yaml_can_be_approved() -> None:
    toml = b'+++\nitems = ["news/a"]\n+++\n'

    with pytest.raises(IssueError, match="only a file with YAML"):
        approve(planned(toml), sources(toml), by="", at=AT)


def test_an_approval_without_parts_still_notices_an_edit() -> None:
    text = b'---\nitems: [news/a]\napproval: {hash: "%s"}\n---\n' % (b"0" * 64)

    assert "no longer counts" in looked_at(text).standing.reason


@st.composite
def issue_files(draw: st.DrawFn) -> bytes:
    fields = draw(
        st.lists(
            st.sampled_from(
                [
                    "subject: é",
                    "lead: news/a",
                    "exclude: [news/b]",
                    "# ours",
                    "",
                    "send_at: 2026-11-19T09:00Z",
                ]
            ),
            unique=True,
        )
    )
    body = draw(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=20))
    return "\n".join(["---", *fields, "---", "", body, ""]).encode()


def with_crlf(data: bytes) -> bytes:
    """Return a file as git checks it out on Windows."""
    return data if b"\0" in data else data.replace(b"\n", b"\r\n")


@given(issue_files(), st.randoms(), st.booleans())
def test_laptop_ci_and_server_agree_on_items_and_hash(
    text: bytes, random: Random, is_sent_before: bool
) -> None:
    """The laptop has CRLF and no ledger, CI lists files in another order, the server has the ledger."""
    before = plan("monthly-2026-10", ROOM, collection(news("news/z", "2026-09-01")), now=NOVEMBER)
    ledger = tuple(inclusions(before.issue)) if is_sent_before else ()
    server = plan(NAME, ROOM, folder(text), ledger, now=NOVEMBER)
    file = approve(server, sources(text), by="An editor", at=AT)
    on_server = plan(NAME, ROOM, folder(file), ledger, now=NOVEMBER)
    on_laptop = plan(NAME, ROOM, folder(with_crlf(file)), now=datetime(2026, 11, 2, tzinfo=UTC))

    files = sources(file).files
    shuffled = sorted(files, key=lambda _: random.random())
    ci = fingerprint(on_laptop.issue, replace(sources(file), files={path: files[path] for path in shuffled}))
    laptop = fingerprint(
        on_laptop.issue,
        replace(sources(file), files={path: with_crlf(data) for path, data in files.items()}),
    )
    on_the_server = fingerprint(on_server.issue, sources(file))

    assert laptop == ci == on_the_server
    assert settle(on_server, on_the_server).standing.state is IssueState.APPROVED
    for other in (on_server, on_laptop):
        assert [story.key for story in other.issue.stories] == [story.key for story in server.issue.stories]
        assert other.issue.leads == server.issue.leads


@given(st.sampled_from(ITEMS), st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_any_byte_of_any_source_matters(item: Item, place: int, change: int) -> None:
    data = bytearray(sources().files[item.path])
    data[place % len(data)] ^= change
    issue = planned().issue

    edited = fingerprint(issue, replace(sources(), files={**sources().files, item.path: bytes(data)}))

    assert edited.hash != fingerprint(issue, sources()).hash
