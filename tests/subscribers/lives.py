"""A few addresses, and everything that strangers, readers, operators and services can do about them, as the rules of a state machine.

What people said is kept by `Wishes`, told by what they did; what the newsletter mails, and would mail, is held against it.
"""

import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from threading import Event as Signal
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from newsletter.app.administration import errand
from newsletter.app.consents import seal_consents
from newsletter.app.erasing import erase_address
from newsletter.app.retention import remove_what_is_over
from newsletter.delivery.events import EventKind
from newsletter.storage.issues import StoredIssue
from subscribers.errors import AdministrationError
from subscribers.importing.rules import TreatAs
from subscribers.keys import ID_CHARACTERS, new_key
from subscribers.mails import Mail
from subscribers.pausing import SHORT_PAUSE
from subscribers.requests import CONFIRM_TIME, Kind
from subscribers.states import State
from subscribers.tokens import EXPIRING, Purpose, TokenKeys
from tests.subscribers.importing import EVIDENCE
from tests.subscribers.office import Arrival, Office
from tests.subscribers.test_sign_up_limits import by_json
from tests.subscribers.wishes import No, Wishes
from tests.web.serving import Served

PEOPLE = ["jane@example.org", "office@police.example.eu"]
#: What one of them does is often about the same one, or little would come of it.
people = st.just(PEOPLE[0]) | st.sampled_from(PEOPLE)
#: An address is the same in other letters.
spellings: st.SearchStrategy[Callable[[str], str]] = st.sampled_from([str, str.upper])
#: Of a list, counted from its newest.
places = st.just(0) | st.integers(min_value=0, max_value=7)
#: In how many ways gateways ask for a link.
METHODS = ["GET", "HEAD", "OPTIONS"]

Thing = TypeVar("Thing")

#: How a list of people who must not be mailed says so, and what that means.
LISTED = {
    TreatAs.UNSUBSCRIBED: No.SUPPRESSED,
    TreatAs.BOUNCED: No.SUPPRESSED,
    TreatAs.COMPLAINED: No.FOREVER,
}
#: What a service reports, and what that means; the rest means nothing, least of all consent.
REPORTED = {
    EventKind.UNSUBSCRIBED: No.SUPPRESSED,
    EventKind.BOUNCED: No.SUPPRESSED,
    EventKind.COMPLAINED: No.FOREVER,
}


class Attempt(StrEnum):
    """How somebody who does not want it might be mailed all the same."""

    OLDER_MAILS = "older mails"
    UNDO = "undo"
    CHOICES = "choices"
    LIST = "list"
    OPERATOR = "operator"
    BACKUP = "backup"
    DELIVERED = "delivered"
    STRANGER = "stranger"
    MONTH = "month"


attempts = st.lists(st.sampled_from(Attempt), unique=True, min_size=1, max_size=4)


class Lives(RuleBasedStateMachine):
    """A few addresses, and everything that can happen to them."""

    server: Served
    template: Path

    def __init__(self) -> None:
        super().__init__()
        folder = Path(tempfile.mkdtemp(prefix="newsletter-model-"))
        self.office = Office.open(folder, self.template, self.server)
        self.postman, self.browser = self.office.postman, self.office.postman.browser
        self.wishes = Wishes()
        self.mails: list[Arrival] = []
        #: Who asked for an address to be theirs.
        self.movers: dict[str, set[str]] = {who: set() for who in PEOPLE}
        #: What links ever called somebody.
        self.refs: list[bytes] = []
        self.backups: list[Path] = []
        self.issue: StoredIssue | None = None

    def teardown(self) -> None:
        self.office.close()

    @initialize(is_backed_up=st.booleans())
    def there_is_a_reader(self, *, is_backed_up: bool) -> None:
        self.somebody_comes(PEOPLE[0], 2)
        if is_backed_up:
            self.a_backup_is_made()

    # Strangers and readers

    @rule(who=people, mails=st.integers(min_value=1, max_value=2))
    def somebody_comes(self, who: str, mails: int) -> None:
        for _ in range(mails):
            self.somebody_enters(who, str, ["monthly", "weekly"], is_mailed=True)
        if self._with("confirm"):
            self.its_reader_confirms(0)

    @rule(
        who=people,
        spelled=spellings,
        digests=st.sampled_from([["monthly"], ["monthly", "weekly"]]),
        is_mailed=st.booleans(),
        is_tried=st.booleans(),
    )
    def somebody_enters(
        self,
        who: str,
        spelled: Callable[[str], str],
        digests: list[str],
        *,
        is_mailed: bool,
        is_tried: bool = False,
    ) -> None:
        self.postman.wait(1)
        by_json(self.browser, spelled(who), digests=digests)
        if is_mailed:
            self.mails_leave(is_tried=is_tried)

    @rule(is_tried=st.booleans())
    def mails_leave(self, *, is_tried: bool = False) -> None:
        for arrival in self.office.deliver():
            assert self.wishes.may_get(arrival.mail.kind, arrival.to, arrival.asked_at), arrival
            self.mails.append(arrival)
            if is_tried:
                self._a_gateway_opens(arrival.mail)
                self._a_forger_confirms(arrival.mail.ref)

    def _a_gateway_opens(self, mail: Mail) -> None:
        for link in mail.links.values():
            for method in METHODS:
                self.browser.ask(method, link)

    def _a_forger_confirms(self, ref: bytes) -> None:
        keys, now = self.browser.keys, self.office.now
        foreign = TokenKeys.from_secrets([new_key()]).make(Purpose.CONFIRM, ref, "", now)
        forged = self.browser.token(ref)[:ID_CHARACTERS] + foreign[ID_CHARACTERS:]
        others = [each for each in Purpose if each is not Purpose.CONFIRM]
        tokens = [keys.make(each, ref, "", now if each in EXPIRING else None) for each in others]
        for token in (forged, *tokens):
            if form := self.postman.form(f"/confirm/{token}"):
                self.browser.press(f"/confirm/{token}", form)

    @precondition(lambda self: self._with("confirm"))
    @rule(place=places)
    def its_reader_confirms(self, place: int) -> None:
        arrival = _nth(self._with("confirm"), place)
        who = arrival.to
        is_in_time = self.office.now - arrival.at <= CONFIRM_TIME
        # A new address is for who is still a reader.
        is_theirs = arrival.mail.kind is not Kind.NEW_ADDRESS or any(map(self._is_there, self.movers[who]))
        if is_in_time and is_theirs:
            self._come_anew(who)
            self.wishes.confirm(who, arrival.asked_at)
        self.postman.press(arrival.mail.links["confirm"])

    @precondition(lambda self: self.refs)
    @rule(place=places, action=st.sampled_from(["", "one", "all"]), then=attempts)
    def a_reader_leaves(self, place: int, action: str, then: list[Attempt]) -> None:
        ref = _nth(self.refs, place)
        who = self.office.called(ref)
        self.browser.press(self.office.link("unsubscribe", ref), {"action": action})
        if who:
            self.wishes.refuse(who, No.ALL if action == "all" else No.DIGEST, self.office.now)
            self._try_all(then, who)

    @precondition(lambda self: self.refs)
    @rule(place=places)
    def a_reader_takes_it_back(self, place: int) -> None:
        ref = _nth(self.refs, place)
        answer = self.browser.press(self.office.link("unsubscribe", ref), {"action": "undo"})
        if (who := self.office.called(ref)) and "too late" not in answer.text:
            self.wishes.take_back(who)

    @precondition(lambda self: self.refs)
    @rule(place=places)
    def a_reader_pauses_in_place_of_leaving(self, place: int) -> None:
        ref = _nth(self.refs, place)
        answer = self.browser.press(self.office.link("unsubscribe", ref), {"action": "pause"})
        if (who := self.office.called(ref)) and "You have a pause" in answer.text:
            until = self.office.now + SHORT_PAUSE
            # Who has a pause keeps it.
            self.wishes.pause(who, self.wishes.end_of_pause(who, self.office.now) or until)

    @precondition(lambda self: self.refs)
    @rule(
        place=places,
        digests=st.sampled_from([["monthly"], ["weekly"], ["monthly", "weekly"]]),
        pause_days=st.sampled_from([0, 10, 200]),
    )
    def a_reader_chooses(self, place: int, digests: list[str], pause_days: int) -> None:
        ref = _nth(self.refs, place)
        until = (self.office.now + timedelta(days=pause_days)).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        form: dict[str, str | list[str]] = {
            "digest": digests,
            "pause": until.date().isoformat() if pause_days else "",
        }
        answer = self.browser.press(self.office.link("preferences", ref), form)
        if (who := self.office.called(ref)) and "Your choices are saved" in answer.text:
            self.wishes.pause(who, until if pause_days else None)
            if "monthly" in digests:
                self.wishes.take_back(who)
            else:
                self.wishes.refuse(who, No.DIGEST, self.office.now)

    @precondition(lambda self: self._with("block"))
    @rule(place=places, then=attempts)
    def somebody_blocks(self, place: int, then: list[Attempt]) -> None:
        arrival = _nth(self._with("block"), place)
        answer = self.postman.press(arrival.mail.links["block"])
        # A link that is older than what was erased since says nothing any more.
        assert answer.status in {200, 410}
        if answer.status == 200:
            self.wishes.refuse(arrival.to, No.FOREVER, self.office.now)
            self._try_all(then, arrival.to)

    @rule(who=people, to=people, is_erasing=st.booleans())
    def somebody_asks_for_a_link_and_uses_it(self, who: str, to: str, *, is_erasing: bool) -> None:
        self.browser.press("/manage", {**self.postman.form("/manage"), "email": who})
        self.mails_leave()
        if links := self._with("manage"):
            path = links[-1].mail.links["manage"]
            if is_erasing:
                self._erase_by(path)
            else:
                self.movers[to].add(links[-1].to)
                self.browser.press(path, {"action": "address", "email": to})
                self.mails_leave()

    def _erase_by(self, path: str) -> None:
        before = {who for who in PEOPLE if self.office.ref(who)}
        self.browser.press(path, {"action": "erase-now"})
        for who in before:
            if self.office.ref(who) is None:
                self.wishes.erase(who, self.office.now)

    # Operators and services

    @rule(who=people, spelled=spellings, then=attempts)
    def an_operator_erases(self, who: str, spelled: Callable[[str], str], then: list[Attempt]) -> None:
        erase_address(self.office.project, spelled(who), errand(self.office.now))
        self.wishes.erase(who, self.office.now)
        self._try_all(then, who)

    @rule(who=people, spelled=spellings, is_confirmed=st.booleans())
    def an_operator_imports(self, who: str, spelled: Callable[[str], str], *, is_confirmed: bool) -> None:
        if is_confirmed:
            self._come_anew(who)
        self.office.import_list(spelled(who), **(EVIDENCE if is_confirmed else {}))
        if is_confirmed:
            self.wishes.be_vouched_for(who)

    @rule(who=people, treat_as=st.sampled_from(list(LISTED)), then=attempts)
    def an_operator_imports_who_must_not_be_mailed(
        self, who: str, treat_as: TreatAs, then: list[Attempt]
    ) -> None:
        is_forgotten = self.office.is_only_remembered(who)
        self.office.import_list(who, treat_as=treat_as)
        # Of who was forgotten nothing changes: they come back by their own word, as before.
        self.wishes.refuse(who, No.SUPPRESSED if is_forgotten else LISTED[treat_as], self.office.now)
        self._try_all(then, who)

    @rule(who=people, evidence=st.sampled_from(["", "a letter of today"]))
    def an_operator_adds(self, who: str, evidence: str) -> None:
        with suppress(AdministrationError):
            self._come_anew(who)
            self.office.add(who, evidence)
            if evidence:
                self.wishes.take_back(who)

    @rule(who=people, kind=st.sampled_from([*REPORTED, *EventKind]), refers=st.booleans(), then=attempts)
    def a_service_reports(self, who: str, kind: EventKind, then: list[Attempt], *, refers: bool) -> None:
        is_forgotten = self.office.is_only_remembered(who)
        is_there = self.office.ref(who) is not None
        self.office.report(who, kind, refers=refers)
        if kind in REPORTED and (is_there or (is_forgotten and kind is EventKind.COMPLAINED)):
            self.wishes.refuse(who, REPORTED[kind], self.office.now)
            self._try_all(then, who)

    @precondition(lambda self: self.issue is None)
    @rule()
    def an_issue_is_frozen(self) -> None:
        self.issue, readers = self.office.freeze()
        assert all(map(self._may_get_issues, readers))

    @precondition(lambda self: self.issue)
    @rule()
    def an_issue_is_sent(self) -> None:
        assert self.issue is not None
        stored, self.issue = self.issue, None
        assert all(map(self._may_get_issues, self.office.send(stored)))

    @precondition(lambda self: len(self.backups) < 2)
    @rule()
    def a_backup_is_made(self) -> None:
        self.backups.append(self.office.back_up())

    @precondition(lambda self: self.backups)
    @rule(place=places)
    def a_backup_is_brought_back(self, place: int) -> None:
        self.issue = None
        self.office.restore(_nth(self.backups, place))

    @rule(days=st.sampled_from([0.03, 1, 4, 31, 100]), is_tidied=st.booleans())
    def time_goes_by(self, days: float, *, is_tidied: bool) -> None:
        self.postman.wait(days * 24 * 3600)
        if is_tidied:
            seal_consents(self.office.project, self.office.now)
            remove_what_is_over(self.office.project, self.office.now, Signal())

    def _try_all(self, attempts: list[Attempt], who: str) -> None:
        for attempt in attempts:
            self.attempt(attempt, who)

    def attempt(self, attempt: Attempt, who: str) -> None:
        """Do what must not have them mailed."""
        match attempt:
            case Attempt.OLDER_MAILS:
                self.mails_leave()
                theirs = [place for place, each in enumerate(self._with("confirm")[::-1]) if each.to == who]
                for place in theirs[:3]:
                    self.its_reader_confirms(place)
            case Attempt.UNDO:
                for place, _ in enumerate(self.refs[-2:]):
                    self.a_reader_takes_it_back(place)
            case Attempt.CHOICES:
                for place, _ in enumerate(self.refs[-2:]):
                    self.a_reader_chooses(place, ["monthly"], 0)
            case Attempt.LIST:
                self.an_operator_imports(who, str, is_confirmed=True)
            case Attempt.OPERATOR:
                self.an_operator_adds(who, "a letter of today")
            case Attempt.BACKUP if self.backups:
                self.a_backup_is_brought_back(0)
            case Attempt.DELIVERED:
                self.a_service_reports(who, EventKind.DELIVERED, [], refers=True)
            case Attempt.STRANGER:
                self.somebody_enters(who, str, ["monthly"], is_mailed=True, is_tried=True)
            case Attempt.MONTH:
                self.time_goes_by(31, is_tidied=True)

    # What must hold after each step; what leaves is looked at as it leaves

    @invariant()
    def nobody_reads_without_their_own_word(self) -> None:
        assert all(map(self._may_get_issues, self.office.audience())), self.wishes
        self.refs += [ref for ref in self.office.refs() if ref not in self.refs]

    def _may_get_issues(self, who: str) -> bool:
        return self.wishes.may_get_issues(who, self.office.now)

    def _is_there(self, who: str) -> bool:
        how = self.wishes.how_far_not(who)
        return how is None or how is No.DIGEST

    def _come_anew(self, who: str) -> None:
        """Forget the pause of somebody who is no reader, as after an older backup was brought back."""
        reader = self.office.house.site.storage.find_by_key(who)
        if reader is None or reader.state not in {State.ACTIVE, State.PAUSED}:
            self.wishes.pause(who, None)

    def _with(self, link: str) -> list[Arrival]:
        return [arrival for arrival in self.mails if link in arrival.mail.links]


def _nth(things: Sequence[Thing], place: int) -> Thing:
    """Return one of *things*, the newest for 0."""
    return things[-1 - place % len(things)]
