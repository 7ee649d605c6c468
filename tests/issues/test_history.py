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
from newsletter.issues.calendar.agenda import calendar, overdue
from newsletter.issues.calendar.periods import current_id
from newsletter.issues.ledger import issues_of
from newsletter.issues.phases import moment
from newsletter.issues.references import ItemFinder
from newsletter.issues.values import Included, IssueState
from newsletter.issues.why import why
from tests.issues.making import BRUSSELS, collection, digest, event, inclusions, issue_file, news, newsroom

SINCE = date(2026, 8, 10)
DAYS = st.integers(min_value=-45, max_value=40)
LANGUAGES = ("en", "fr")


@dataclass(frozen=True, slots=True)
class Sent:
    """What readers of a language got of a piece, once."""

    issue: str
    lang: str
    key: str
    title: str
    published: date | None
    body: str


@dataclass(slots=True)
class Piece:
    """What a reader would call one item, whatever its files are called."""

    number: int
    #: By language; the two differ after one of them was renamed.
    keys: dict[str, str]
    title: str
    body: str
    published: date | None
    start: date | None = None
    is_draft: bool = False
    is_translated: bool = False
    #: Its translation is not finished.
    is_half_translated: bool = False
    sent: list[Sent] = field(default_factory=list)

    def stories(self) -> dict[str, tuple[str, ...]]:
        """Return its languages by key: one story, or two."""
        languages = LANGUAGES if self.is_translated else LANGUAGES[:1]
        found: dict[str, tuple[str, ...]] = {}
        for lang in languages:
            found[self.keys[lang]] = (*found.get(self.keys[lang], ()), lang)
        return found

    def said(self, lang: str) -> tuple[str, date | None, str]:
        """Return title, date and body in *lang*."""
        return f"{self.title} ({lang})", self.published, f"{self.body} ({lang})"

    def is_unfinished(self, lang: str) -> bool:
        """Whether its file in *lang* is a draft."""
        return self.is_draft or (lang == "fr" and self.is_half_translated)

    def files(self) -> Iterator[Item]:
        """Yield its files."""
        for key, languages in self.stories().items():
            for lang in languages:
                title, published, body = self.said(lang)
                about: dict[str, Any] = {
                    "lang": lang,
                    "title": title,
                    "body": body,
                    "draft": self.is_unfinished(lang),
                }
                when = published.isoformat() if published else None
                if self.start:
                    yield event(key, self.start.isoformat(), when=when, **about)
                else:
                    yield news(key, when, **about)

    def is_known(self, key: str) -> bool:
        """Whether the ledger can know that the story *key* went out: not if it was renamed and rewritten since."""
        return any(
            sent.key == key
            or any(
                sent.lang == lang
                and (sent.body == body or (sent.title, sent.published) == (title, published))
                for lang in self.stories()[key]
                for title, published, body in [self.said(lang)]
            )
            for sent in self.sent
        )

    def should_go_out(self, key: str, at: datetime) -> bool:
        """Whether readers are to get the story *key*, once, by *at*: the contract in a few lines."""
        if self.is_unfinished(self.stories()[key][0]) or self.published is None:
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
        self.now = datetime(2026, 8, 20, 12, tzinfo=UTC)
        self.pieces: list[Piece] = []
        self.ledger: list[Included] = []
        #: The lines of the issue files, by issue.
        self.decisions: dict[str, list[str]] = {}
        #: Issues that were sent, skipped, cancelled or superseded.
        self.ended: set[str] = set()
        self.names = 0

    @initialize()
    def start_with_an_issue(self) -> None:
        for days in (-1, -2, -3):
            self.publish_news(days, is_draft=False)
            self.pieces[-1].is_translated = True
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
            piece.keys = dict.fromkeys(LANGUAGES, self._new_key(piece))
        if is_rewritten:
            self._rewrite(piece)
        if is_retitled:
            piece.title = self._name(f"Piece {piece.number}, revised")

    @precondition(lambda self: any(piece.sent for piece in self.pieces))
    @rule(data=st.data(), lang=st.sampled_from(LANGUAGES), is_rewritten=st.booleans())
    def rename_one_language(self, data: st.DataObject, lang: str, is_rewritten: bool) -> None:
        piece = data.draw(st.sampled_from([piece for piece in self.pieces if piece.sent]))
        piece.keys = {**piece.keys, lang: self._new_key(piece)}
        if is_rewritten:
            self._rewrite(piece)

    @precondition(lambda self: self.pieces)
    @rule(data=st.data(), is_half_done=st.booleans())
    def translate(self, data: st.DataObject, is_half_done: bool) -> None:
        piece = data.draw(st.sampled_from(self.pieces))
        piece.is_translated, piece.is_half_translated = True, is_half_done

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
            self.decisions[name] = ["items:", *(f"  - {story.key}" for story in made.issue.stories)]

    @rule()
    def hold_next_issue(self) -> None:
        name = self._next()[0]
        if "hold: wait" not in self.decisions.get(name, []):
            self.decisions.setdefault(name, []).append("hold: wait")

    @precondition(lambda self: "monthly" in self.newsroom.digests)
    @rule()
    def rename_digest(self) -> None:
        """Its files are renamed along with it; what the ledger has stays as it was written."""
        self.newsroom = newsroom(digest("network", rename_from="monthly", min_items=2), since=SINCE)
        digests = self.newsroom.digests
        self.ended |= {current_id(name, digests) for name in self.ended}
        self.decisions = {current_id(name, digests): lines for name, lines in self.decisions.items()}

    # What the clock and the operators do.

    @rule(days=st.integers(min_value=1, max_value=20))
    def wait(self, days: int) -> None:
        until = self.now + timedelta(days=days)
        while self._next()[1] <= until:
            self._send_due()
        self.now = until

    @rule(is_cancelled=st.booleans(), has_left=st.booleans())
    def send_early(self, is_cancelled: bool, has_left: bool) -> None:
        """Cancelled before anything left, its items are free again; afterwards they are as good as sent."""
        name, _ = self._next()
        self._finish(self._plan(name, is_early=True), is_cancelled=is_cancelled and not has_left)

    @rule(data=st.data(), is_superseded=st.booleans())
    def settle_late_issue(self, data: st.DataObject, is_superseded: bool) -> None:
        """A person sends what was held when it was due, or it is superseded."""
        held = [name for name in self._overdue() if name not in self.ended]
        if not held:
            return
        name = data.draw(st.sampled_from(held))
        self.decisions[name] = [line for line in self.decisions[name] if line != "hold: wait"]
        self._finish(self._plan(name, is_early=True), is_cancelled=is_superseded)

    @rule(counts=st.booleans())
    def send_special(self, counts: bool) -> None:
        name = self._name("special")
        self.decisions[name] = [f"digest: {self._key}", f"counts: {str(counts).lower()}"]
        self._finish(self._plan(name, is_early=True))

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
                key
                for piece in self.pieces
                for key in piece.stories()
                if piece.should_go_out(key, at) and not piece.is_known(key)
            }

    @invariant()
    def what_is_left_out_as_sent_is_what_went_out(self) -> None:
        """`left_out`, `items` and the ledger say the same."""
        files = self._files()
        made = self._plan(self._next()[0])
        owners = {key: piece for piece in self.pieces for key in piece.stories()}
        went_out = issues_of(files.items, self.ledger, LANGUAGES)
        assert set(went_out) == {key for key, piece in owners.items() if piece.is_known(key)}
        for key, issue in went_out.items():
            assert issue in {sent.issue for sent in owners[key].sent}
        for entry in made.left_out:
            if entry.issue:
                assert entry.issue == went_out[entry.key]
                assert entry.is_settled

    @invariant()
    def why_says_what_the_plans_and_the_ledger_say(self) -> None:
        files = self._files()
        plans = open_plans(self.newsroom, files, self.ledger, now=self.now, ended=self.ended)
        assert [each.issue.id for each in plans[1:]] == [
            name for name in self._overdue() if name not in self.ended
        ]
        regular = plans[0]
        finder = ItemFinder.of(files.items, "content")
        told = {story.key for story in regular.issue.stories}
        for piece in self.pieces:
            for key in piece.stories():
                answer = why(key, finder, plans, self.ledger)[0]
                if key in told:
                    assert answer.issue == regular.issue.id
                elif piece.is_known(key):
                    assert answer.issue in {sent.issue for sent in piece.sent} or piece.start
                else:
                    assert answer.issue is None
                    assert answer.text

    def teardown(self) -> None:
        """In the end everything that was to go out has gone out, once."""
        self.decisions.clear()
        own = self.newsroom.digests[self._key]
        self.newsroom = newsroom(digest(own.key, rename_from=own.rename_from, min_items=0), since=SINCE)
        for _ in range(4):
            self._send_due()
        for piece in self.pieces:
            for key, languages in piece.stories().items():
                if piece.should_go_out(key, self.now):
                    assert any(sent.lang in languages or sent.key == key for sent in piece.sent), piece

    def _send_due(self) -> None:
        name, self.now = self._next()
        self._finish(self._plan(name))

    def _finish(self, made: Plan, *, is_cancelled: bool = False) -> None:
        """Send, skip, hold or cancel an issue; check each item that goes out."""
        if made.standing.state is IssueState.HELD and not is_cancelled:
            return
        self.ended.add(made.issue.id)
        if made.standing.state is not IssueState.DRAFT or is_cancelled:
            return
        warned = {problem.path for problem in made.problems if problem.rule == "renamed-and-rewritten"}
        owners = {key: piece for piece in self.pieces for key in piece.stories()}
        for story in made.issue.stories:
            piece = owners[story.key]
            if not story.is_counted:
                assert piece.start
                continue
            if made.issue_file.items is None:
                assert piece.should_go_out(story.key, made.issue.cut_off), piece
            if before := [sent for sent in piece.sent if sent.lang in story.versions]:
                assert not piece.is_known(story.key), piece
                title, published, _ = piece.said(before[-1].lang)
                resembles = before[-1].title == title or (published and before[-1].published == published)
                assert story.item.path in warned or not resembles, piece
            if made.issue.counts:
                piece.sent += [
                    Sent(made.issue.id, lang, story.key, *piece.said(lang)) for lang in story.versions
                ]
        self.ledger += inclusions(made.issue)

    @property
    def _key(self) -> str:
        return next(iter(self.newsroom.digests))

    def _plan(self, name: str, *, is_early: bool = False) -> Plan:
        return plan(name, self.newsroom, self._files(), self.ledger, now=self.now, is_early=is_early)

    def _next(self) -> tuple[str, datetime]:
        ahead = calendar(self.newsroom.digests[self._key], self.newsroom, self._files(), self.now)
        return next((name, due) for name, due in ahead if name not in self.ended)

    def _overdue(self) -> tuple[str, ...]:
        return overdue(self.newsroom.digests[self._key], self.newsroom, self._files(), self.now)

    def _files(self) -> Collection:
        return collection(
            *(item for piece in self.pieces for item in piece.files()),
            files=[
                issue_file(name, "\n".join(["---", *lines, "---", ""]))
                for name, lines in self.decisions.items()
            ],
        )

    def _add(self, published: date | None, start: date | None, is_draft: bool) -> None:
        number = len(self.pieces)
        self.pieces.append(
            Piece(
                number=number,
                keys=dict.fromkeys(LANGUAGES, self._name("events/piece" if start else "news/piece")),
                title=f"Piece {number}",
                body=self._name("Text"),
                published=published,
                start=start,
                is_draft=is_draft,
            )
        )

    def _sent_first(self) -> list[Piece]:
        return sorted(self.pieces, key=lambda piece: not piece.sent)

    def _new_key(self, piece: Piece) -> str:
        return self._name(f"{piece.keys['en'].partition('/')[0]}/renamed")

    def _rewrite(self, piece: Piece) -> None:
        piece.body = self._name("Text")

    def _name(self, stem: str) -> str:
        self.names += 1
        return f"{stem}-{self.names}"


Newsrooms.TestCase.settings = settings(max_examples=40, stateful_step_count=25)
TestNewsrooms = Newsrooms.TestCase
