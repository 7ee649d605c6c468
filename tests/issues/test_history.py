"""Over random histories of a newsroom, every item goes out exactly once, and every file is accounted for."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from newsletter.content.items import Collection, Item
from newsletter.issues.assembly import Plan, open_plans, plan
from newsletter.issues.calendar.agenda import calendar
from newsletter.issues.phases import moment
from newsletter.issues.references import ItemFinder
from newsletter.issues.values import Included, IssueState
from newsletter.issues.why import why
from tests.issues.making import BRUSSELS, collection, digest, event, inclusions, issue_file, news, newsroom

SINCE = date(2026, 8, 10)
DAYS = st.integers(min_value=-45, max_value=40)


@dataclass(slots=True)
class Piece:
    """What a reader would call one item, whatever its files are called."""

    number: int
    key: str
    title: str
    body: str
    published: date | None
    start: date | None = None
    is_draft: bool = False
    languages: tuple[str, ...] = ("en",)
    #: Its translation is not finished.
    is_half_translated: bool = False
    #: As it was each time it went out: issue, key, title, date, body.
    sent: list[tuple[str, str, str, date | None, str]] = field(default_factory=list)

    def files(self) -> Iterator[Item]:
        """Yield its files."""
        for lang in self.languages:
            words = {"en": "", "fr": " (fr)"}[lang]
            about: dict[str, Any] = {
                "lang": lang,
                "title": self.title + words,
                "body": self.body + words,
                "draft": self.is_draft or (lang == "fr" and self.is_half_translated),
            }
            when = self.published.isoformat() if self.published else None
            if self.start:
                yield event(self.key, self.start.isoformat(), when=when, **about)
            else:
                yield news(self.key, when, **about)

    def is_known(self) -> bool:
        """Whether the ledger can know that it went out: not if it was renamed and rewritten since each time."""
        return any(
            key == self.key or body == self.body or (title, published) == (self.title, self.published)
            for _, key, title, published, body in self.sent
        )

    def should_go_out(self, at: datetime) -> bool:
        """Whether readers are to get it, once, in an issue cut off *at*: the contract in a few lines."""
        if self.is_draft or self.published is None:
            return False
        published = moment(self.published, BRUSSELS)
        if self.start is not None:
            is_over = moment(self.start + timedelta(days=1), BRUSSELS) <= at
            return is_over and self.start <= self.published and published <= at
        return moment(SINCE, BRUSSELS) <= published <= at


class Newsrooms(RuleBasedStateMachine):
    """One digest, its editors, and the clock."""

    def __init__(self) -> None:
        super().__init__()
        self.newsroom = newsroom(digest(min_items=2), since=SINCE)
        self.digest = self.newsroom.digests["monthly"]
        self.now = datetime(2026, 8, 20, 12, tzinfo=UTC)
        self.pieces: list[Piece] = []
        self.ledger: list[Included] = []
        self.drafts: dict[str, str] = {}
        self.ended: set[str] = set()
        self.names = 0

    @initialize()
    def start_with_an_issue(self) -> None:
        for days in (-1, -2, -3):
            self.publish_news(days, is_draft=False)
        self.wait(20)

    # What editors do.

    @rule(days=DAYS, is_draft=st.booleans())
    def publish_news(self, days: int, is_draft: bool) -> None:
        """Also back-dated, and ahead of time."""
        self._add(self.now.date() + timedelta(days=days), None, is_draft)

    @rule(days=DAYS, is_published=st.booleans())
    def announce_event(self, days: int, is_published: bool) -> None:
        published = self.now.date() if is_published else None
        self._add(published, self.now.date() + timedelta(days=days), is_draft=False)

    @precondition(lambda self: self.pieces)
    @rule(data=st.data())
    def report_event(self, data: st.DataObject) -> None:
        piece = data.draw(st.sampled_from(self.pieces))
        if piece.start:
            piece.published = max(piece.start, self.now.date())
            self._rewrite(piece)

    @precondition(lambda self: self.pieces)
    @rule(data=st.data(), days=DAYS)
    def change_date(self, data: st.DataObject, days: int) -> None:
        data.draw(st.sampled_from(self.pieces)).published = self.now.date() + timedelta(days=days)

    @precondition(lambda self: self.pieces)
    @rule(data=st.data(), is_renamed=st.booleans(), is_rewritten=st.booleans(), is_retitled=st.booleans())
    def edit(self, data: st.DataObject, is_renamed: bool, is_rewritten: bool, is_retitled: bool) -> None:
        """In place or under another name, any part of it."""
        piece = data.draw(st.sampled_from(self._sent_first()))
        if is_renamed:
            piece.key = self._name(f"{piece.key.partition('/')[0]}/renamed")
        if is_rewritten:
            self._rewrite(piece)
        if is_retitled:
            piece.title = self._name(f"Piece {piece.number}, revised")

    @precondition(lambda self: self.pieces)
    @rule(data=st.data(), is_half_done=st.booleans())
    def translate(self, data: st.DataObject, is_half_done: bool) -> None:
        piece = data.draw(st.sampled_from(self.pieces))
        piece.languages, piece.is_half_translated = ("en", "fr"), is_half_done

    @precondition(lambda self: self.pieces)
    @rule(data=st.data())
    def toggle_draft(self, data: st.DataObject) -> None:
        piece = data.draw(st.sampled_from(self.pieces))
        piece.is_draft = not piece.is_draft

    @rule()
    def list_items_of_next_issue(self) -> None:
        """`newsletter draft`: from now on the issue is exactly what it would be today."""
        name = self._next()[0]
        made = self._plan(name)
        if made.issue.stories:
            keys = "".join(f"\n  - {story.key}" for story in made.issue.stories)
            self.drafts[name] = f"---\nitems:{keys}\n---\n"

    # What the clock and the operators do.

    @rule(days=st.integers(min_value=1, max_value=20))
    def wait(self, days: int) -> None:
        until = self.now + timedelta(days=days)
        while self._next()[1] <= until:
            self._send_due()
        self.now = until

    @rule(is_cancelled=st.booleans())
    def send_early(self, is_cancelled: bool) -> None:
        name, _ = self._next()
        self._finish(self._plan(name, is_early=True), is_cancelled=is_cancelled)

    @rule()
    def send_special(self) -> None:
        name = self._name("special")
        self.drafts[name] = "---\ndigest: monthly\n---\n"
        self._finish(self._plan(name))

    # What must hold.

    @invariant()
    def the_next_issue_is_what_the_contract_says(self) -> None:
        made = self._plan(self._next()[0])
        inside = [item.path for story in made.issue.stories for item in story.versions.values()]
        outside = [entry.path for entry in made.left_out]
        assert sorted(inside + outside) == sorted(item.path for item in self._files().items)
        if made.issue_file.items is None:
            at = made.issue.cut_off
            assert {story.key for story in made.issue.stories if story.is_counted} == {
                piece.key for piece in self.pieces if piece.should_go_out(at) and not piece.is_known()
            }

    @invariant()
    def why_says_what_the_plans_and_the_ledger_say(self) -> None:
        files = self._files()
        plans = open_plans(self.newsroom, files, self.ledger, now=self.now, ended=self.ended)
        regular = plans[0]
        finder = ItemFinder.of(files.items, "content")
        told = {story.key for story in regular.issue.stories}
        for piece in self.pieces:
            answer = why(piece.key, finder, plans, self.ledger)[0]
            if piece.key in told:
                assert answer.issue == regular.issue.id
            elif piece.sent and piece.is_known():
                assert answer.issue in {issue for issue, *_ in piece.sent} or piece.start
            else:
                assert answer.issue is None
                assert answer.text

    def teardown(self) -> None:
        """In the end everything that was to go out has gone out, once."""
        self.drafts.clear()
        self.newsroom = newsroom(digest(min_items=0), since=SINCE)
        self.digest = self.newsroom.digests["monthly"]
        for _ in range(4):
            self._send_due()
        for piece in self.pieces:
            if piece.should_go_out(self.now):
                assert piece.sent, piece

    def _send_due(self) -> None:
        name, self.now = self._next()
        self._finish(self._plan(name))

    def _finish(self, made: Plan, *, is_cancelled: bool = False) -> None:
        """Send, skip, hold or cancel an issue; check each item that goes out."""
        self.ended.add(made.issue.id)
        if made.standing.state is not IssueState.DRAFT or is_cancelled:
            return
        warned = {problem.path for problem in made.problems if problem.rule == "renamed-and-rewritten"}
        by_key = {piece.key: piece for piece in self.pieces}
        for story in made.issue.stories:
            piece = by_key[story.key]
            if not story.is_counted:
                assert piece.start
                continue
            if made.issue_file.items is None:
                assert piece.should_go_out(made.issue.cut_off), piece
            if piece.sent:
                assert not piece.is_known(), piece
                _, _, title, published, _ = piece.sent[-1]
                resembles = title == piece.title or published == piece.published
                assert story.item.path in warned or not resembles, piece
            piece.sent.append((made.issue.id, piece.key, piece.title, piece.published, piece.body))
        self.ledger += inclusions(made.issue)

    def _plan(self, name: str, *, is_early: bool = False) -> Plan:
        return plan(name, self.newsroom, self._files(), self.ledger, now=self.now, is_early=is_early)

    def _next(self) -> tuple[str, datetime]:
        ahead = calendar(self.digest, self.newsroom, self._files(), self.now)
        return next((name, due) for name, due in ahead if name not in self.ended)

    def _files(self) -> Collection:
        return collection(
            *(item for piece in self.pieces for item in piece.files()),
            files=[issue_file(name, text) for name, text in self.drafts.items()],
        )

    def _add(self, published: date | None, start: date | None, is_draft: bool) -> None:
        number = len(self.pieces)
        self.pieces.append(
            Piece(
                number=number,
                key=self._name("events/piece" if start else "news/piece"),
                title=f"Piece {number}",
                body=self._name("Text"),
                published=published,
                start=start,
                is_draft=is_draft,
            )
        )

    def _sent_first(self) -> list[Piece]:
        return sorted(self.pieces, key=lambda piece: not piece.sent)

    def _rewrite(self, piece: Piece) -> None:
        piece.body = self._name("Text")

    def _name(self, stem: str) -> str:
        self.names += 1
        return f"{stem}-{self.names}"


Newsrooms.TestCase.settings = settings(max_examples=40, stateful_step_count=25)
TestNewsrooms = Newsrooms.TestCase
