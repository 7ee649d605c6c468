"""The send loop against a service, whatever happens in whatever order: nobody twice, nobody lost without a word.

Hypothesis makes up the story: answers that are lost, requests that never arrive, refusals, events, readers who leave, pauses,
stops, second senders, settings that are edited, and crashes. What the service accepted is the truth that the ledger is held against.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event as Signal
from threading import Thread

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Connection, event, literal, select, update

from newsletter.database import Engine, open_database
from newsletter.delivery import loop
from newsletter.delivery.allowance import Allowance
from newsletter.delivery.events import Event, EventKind
from newsletter.delivery.journal import Journal
from newsletter.delivery.letter import reference_text
from newsletter.delivery.links import LinkMaker
from newsletter.delivery.outcomes import process
from newsletter.delivery.post import Post
from newsletter.delivery.providers.base import Provider
from newsletter.delivery.providers.mailgun import Mailgun
from newsletter.delivery.providers.resend import Resend
from newsletter.delivery.sender import send_issue
from newsletter.delivery.states import BatchState
from newsletter.errors import DeliveryError
from newsletter.issues.values import IssueState
from newsletter.settings.model import Secret
from newsletter.storage import events, issues, tallies
from newsletter.storage.tables import batches, deliveries
from subscribers.storage import subscribers
from subscribers.tokens import TokenKeys
from tests.delivery.frozen_issue import KEYS, Clock, add_readers, freeze, letters, stopped_after
from tests.stand_in.account import running
from tests.stand_in.services.mailgun import MailgunApi
from tests.stand_in.services.resend import ResendApi
from tests.stand_in.values import Order, Refusal, Reply, Service

READERS, BATCH = 17, 4
OTHER_KEYS = TokenKeys.from_secrets(["YW5vdGhlci1rZXktb2Ytc29tZS1vdGhlci10aW1lLTEyMw"])

#: What a service may do with a request.
ORDERS = {
    "as usual": Order(),
    "accepted, and the answer is lost": Order(cuts=True),
    "lost on its way": Order(accepts=False, cuts=True),
    "accepted, and answered with 500": Order(reply=Reply(500, b"{}")),
    "answered with 503": Order(accepts=False, reply=Reply(503, b"busy")),
    "too many requests": Order(accepts=False, reply=Reply(429, b"{}", {"Retry-After": "1"})),
    "refused": Order(accepts=False, reply=Reply(400, b'{"message": "no"}')),
    "the account is refused": Order(accepts=False, reply=Reply(401, b"{}")),
}


#: Those that leave readers in doubt.
LOSSES = ["accepted, and the answer is lost", "lost on its way", "accepted, and answered with 500"]
SERVICE_WILL = st.lists(st.sampled_from(list(ORDERS)), min_size=1, max_size=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What requests are made of and a person may edit."""

    name: str = "N"
    link_keys: TokenKeys = KEYS
    api_key: str = "key"


SETTINGS = [Settings(), Settings(name="News"), Settings(link_keys=OTHER_KEYS), Settings(api_key="another")]


class Crash(BaseException):
    """The end of a sender, in mid-work; what it would still do is not done."""


class Story(RuleBasedStateMachine):
    """An issue on its way."""

    service: Callable[[], Service]
    chosen = SETTINGS[0]

    def __init__(self) -> None:
        super().__init__()
        self.resources = ExitStack()
        self.account = self.resources.enter_context(running(self.service()))
        folder = self.resources.enter_context(TemporaryDirectory())
        self.folder = Path(folder)
        self.engine = open_database("sqlite:///newsletter.db", root=self.folder)
        for tables in (subscribers.metadata, deliveries.metadata):
            # Without the migrations, which take longer than the rest.
            tables.create_all(self.engine)
        self.clock = Clock()
        self.told = 0
        #: Who left, and how many mails they had then.
        self.left: dict[str, int] = {}

    @initialize()
    def an_issue_is_frozen(self) -> None:
        add_readers(self.engine, READERS)
        self.number = freeze(self.engine, batch=BATCH).number
        with self.engine.connect() as connection:
            found = connection.execute(select(subscribers.c.id, subscribers.c.ref, subscribers.c.email))
            self.readers = [(number, ref, email) for number, ref, email in found]

    @rule(place=st.integers(0, READERS - 1))
    def an_address_is_bad(self, place: int) -> None:
        self.account.refusals[self.readers[place][2]] = Refusal()

    @rule(what=SERVICE_WILL, commits=st.just(0) | st.integers(2, 14), has_committed=st.booleans())
    def it_is_sent(self, what: list[str], commits: int, *, has_committed: bool) -> None:
        self.account.orders.extend(ORDERS[order] for order in what)
        with crashing(self.engine, commits, has_committed=has_committed), suppress(Crash, DeliveryError):
            send_issue(self._post())

    @rule(
        what=st.lists(st.sampled_from(LOSSES), min_size=1, max_size=4),
        rounds=st.integers(1, 3),
        chosen=st.sampled_from(SETTINGS),
    )
    def a_person_stops_it_and_edits_the_settings(
        self, what: list[str], rounds: int, chosen: Settings
    ) -> None:
        self.account.orders.extend(ORDERS[order] for order in what)
        with suppress(DeliveryError):
            send_issue(stopped_after(self._post(), rounds))
        self.chosen = chosen

    @rule(what=SERVICE_WILL)
    def two_senders_send_at_once(self, what: list[str]) -> None:
        self.account.orders.extend(ORDERS[order] for order in what)

        def send() -> None:
            with suppress(DeliveryError):
                send_issue(self._post())

        both = [Thread(target=send) for _ in range(2)]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()

    @rule(place=st.integers(0, READERS - 1), times=st.integers(1, 2), in_doubt=st.booleans())
    def the_service_reports(self, place: int, times: int, *, in_doubt: bool) -> None:
        provider = self.provider()
        found = [reader for reader in self._readers(in_doubt=in_doubt) if self.account.accepted[reader[2]]]
        if not found:
            return
        _, ref, email = found[place % len(found)]
        self.told += 1
        told = Event(
            provider=provider.name,
            id=str(self.told),
            kind=EventKind.DELIVERED,
            at=self.clock(),
            email=email,
            issue=issues.get(self.engine, self.number).id,
            delivery=reference_text(ref),
        )
        for _ in range(times):
            events.store(self.engine, [told], self.clock())
        process(self.engine, self.clock(), lambda _: provider.capabilities.is_all_or_nothing)

    @rule(place=st.integers(0, READERS - 1), in_doubt=st.booleans())
    def a_reader_leaves(self, place: int, *, in_doubt: bool) -> None:
        found = self._readers(in_doubt=in_doubt)
        if not found:
            return
        number, _, email = found[place % len(found)]
        is_theirs = literal(number).between(batches.c.first_subscriber, batches.c.last_subscriber)
        with self.engine.begin() as connection:
            batch = connection.execute(select(batches.c.state).where(is_theirs)).scalar_one()
            connection.execute(
                update(subscribers).where(subscribers.c.id == number).values(state="unsubscribed")
            )
        # Of what a sender held when it crashed, a request may be on its way.
        if batch != BatchState.SENDING:
            self.left.setdefault(email, self.account.accepted[email])

    @rule(is_resumed=st.booleans())
    def a_person_pauses_it_or_lets_it_go_on(self, *, is_resumed: bool) -> None:
        if is_resumed:
            tallies.forgive(self.engine, self.number)
            issues.set_state(self.engine, self.number, IssueState.SENDING)
        else:
            issues.set_state(self.engine, self.number, IssueState.PAUSED, reason="a person")

    @invariant()
    def nobody_has_it_twice(self) -> None:
        assert max(self.account.accepted.values(), default=0) <= 1

    @invariant()
    def who_has_left_gets_no_more(self) -> None:
        assert self.left == {email: self.account.accepted[email] for email in self.left}

    @invariant()
    def a_request_comes_again_only_as_it_was(self) -> None:
        assert self.account.misfits == []

    @invariant()
    def the_ledger_says_nothing_untrue(self) -> None:
        for email, state in self._states().items():
            if state == "accepted":
                assert self.account.accepted[email], "accepted, says the ledger, and it was not"
            elif state in {"rejected", "skipped"}:
                assert not self.account.accepted[email], f"{state}, says the ledger, and it was accepted"

    def teardown(self) -> None:
        try:
            if hasattr(self, "number"):
                self._comes_to_its_end()
        finally:
            self.engine.dispose()
            self.resources.close()

    def _comes_to_its_end(self) -> None:
        self.account.orders.clear()
        for _ in range(3):
            issues.set_state(self.engine, self.number, IssueState.SENDING)
            send_issue(self._post())
        if issues.get(self.engine, self.number).state is IssueState.PAUSED:
            # Only such are left as are refused whoever they are: that may be the mail's fault, and a person is told.
            queued = {email for email, state in self._states().items() if state == "queued"}
            assert queued
            assert queued <= self.account.refusals.keys()
            return
        assert issues.get(self.engine, self.number).state is IssueState.SENT
        self.nobody_has_it_twice()
        self.who_has_left_gets_no_more()
        self.a_request_comes_again_only_as_it_was()
        self.the_ledger_says_nothing_untrue()
        for email, state in self._states().items():
            assert state in {"accepted", "rejected", "skipped", "unknown"}
            assert self.account.accepted[email] or state != "accepted"

    def _readers(self, *, in_doubt: bool) -> list[tuple[int, bytes, str]]:
        states = self._states()
        return [reader for reader in self.readers if (states[reader[2]] == "unknown") is in_doubt]

    def _states(self) -> Mapping[str, str]:
        if not hasattr(self, "number"):
            return {}
        with self.engine.connect() as connection:
            joined = select(subscribers.c.email, deliveries.c.state).join(
                deliveries, deliveries.c.subscriber_id == subscribers.c.id
            )
            return {row[0]: row[1] for row in connection.execute(joined)}

    def _post(self) -> Post:
        stored, provider = issues.get(self.engine, self.number), self.provider()
        links = LinkMaker.for_issue("https://news.example.org", self.chosen.link_keys, stored.id)
        made = {
            number: replace(letter, links=links, sender=replace(letter.sender, newsletter=self.chosen.name))
            for number, letter in letters(self.engine, stored).items()
        }
        return Post(
            engine=self.engine,
            issue=stored,
            letters=made,
            provider=provider,
            allowance=Allowance(provider=provider.name),
            account=self.chosen.api_key,
            connections=2,
            locks_folder=self.folder / "locks",
            journal=Journal(self.folder / "sent.journal"),
            clock=self.clock,
            stop=Signal(),
        )

    def provider(self) -> Provider:
        raise NotImplementedError


@contextmanager
def crashing(engine: Engine, commits: int, *, has_committed: bool) -> Iterator[None]:
    """Have whoever commits for the how-manieth time crash, before that commit or after it; 0: nobody."""
    seen: list[int] = []

    def count(connection: Connection) -> None:
        if connection.get_execution_options().get("only_reads"):
            return
        seen.append(1)
        if len(seen) == commits:
            if has_committed:
                driver = connection.connection.driver_connection
                assert driver is not None
                driver.commit()
            raise Crash

    event.listen(engine, "commit", count)
    try:
        yield
    finally:
        event.remove(engine, "commit", count)


class WithoutKeys(Story):
    """A service that knows no keys, and accepts a request for all its readers or for none."""

    service = MailgunApi

    def provider(self) -> Provider:
        return Mailgun(
            domain="mg.example.org", api_key=Secret(self.chosen.api_key), base_url=self.account.url
        )


class WithKeys(Story):
    """A service that knows a request again by its key."""

    service = ResendApi

    def provider(self) -> Provider:
        return Resend(api_key=Secret(self.chosen.api_key), base_url=self.account.url)


@pytest.mark.parametrize("story", [WithoutKeys, WithKeys])
def test_whatever_happens_nobody_has_it_twice_and_the_ledger_says_nothing_untrue(
    story: type[Story], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The clock of these stories runs by leaps: nothing is gained by waiting for it.
    monkeypatch.setattr(loop, "LONGEST_NAP_S", 0.001)

    run_state_machine_as_test(
        story, settings=settings(max_examples=20, stateful_step_count=12, deadline=None)
    )
