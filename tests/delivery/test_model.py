"""The send loop against a service, whatever happens in whatever order: nobody twice, nobody lost without a word.

Hypothesis makes up the story: answers that are lost, requests that never arrive, refusals, events, readers who leave, pauses,
second senders and crashes. What the service accepted is the truth that the ledger is held against.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event as Signal
from threading import Thread

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Connection, event, select, update

from newsletter.database import Engine, open_database
from newsletter.delivery import loop
from newsletter.delivery.allowance import Allowance
from newsletter.delivery.events import Event, EventKind
from newsletter.delivery.journal import Journal
from newsletter.delivery.letter import reference_text
from newsletter.delivery.outcomes import process
from newsletter.delivery.post import Post
from newsletter.delivery.providers.base import Provider
from newsletter.delivery.providers.mailgun import Mailgun
from newsletter.delivery.providers.resend import Resend
from newsletter.delivery.sender import send_issue
from newsletter.errors import DeliveryError
from newsletter.issues.values import IssueState
from newsletter.settings.model import Secret
from newsletter.storage import events, issues, tallies
from newsletter.storage.tables import deliveries
from subscribers.storage import subscribers
from tests.delivery.frozen_issue import Clock, add_readers, freeze, letters
from tests.stand_in.account import Account, running
from tests.stand_in.services.mailgun import MailgunApi
from tests.stand_in.services.resend import ResendApi
from tests.stand_in.values import Order, Refusal, Reply

READERS, BATCH = 17, 4

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


SERVICE_WILL = st.lists(st.sampled_from(list(ORDERS)), min_size=1, max_size=5)


class Crash(BaseException):
    """The end of a sender, in mid-work; what it would still do is not done."""


class Story(RuleBasedStateMachine):
    """An issue on its way."""

    make: Callable[[ExitStack], tuple[Account, Provider, bool]]

    def __init__(self) -> None:
        super().__init__()
        self.resources = ExitStack()
        self.account, self.provider, self.is_all_or_nothing = self.make(self.resources)
        folder = self.resources.enter_context(TemporaryDirectory())
        self.folder = Path(folder)
        self.engine = open_database("sqlite:///newsletter.db", root=self.folder)
        for tables in (subscribers.metadata, deliveries.metadata):
            # Without the migrations, which take longer than the rest.
            tables.create_all(self.engine)
        self.clock = Clock()
        self.told = 0

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
        self.account.orders.extend(ORDERS[name] for name in what)
        with crashing(self.engine, commits, has_committed=has_committed), suppress(Crash, DeliveryError):
            send_issue(self._post())

    @rule(what=SERVICE_WILL)
    def two_senders_send_at_once(self, what: list[str]) -> None:
        self.account.orders.extend(ORDERS[name] for name in what)

        def send() -> None:
            with suppress(DeliveryError):
                send_issue(self._post())

        both = [Thread(target=send) for _ in range(2)]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()

    @rule(place=st.integers(0, READERS - 1), times=st.integers(1, 2))
    def the_service_reports(self, place: int, times: int) -> None:
        _, ref, email = self.readers[place]
        if not self.account.accepted[email]:
            return
        self.told += 1
        told = Event(
            provider=self.provider.name,
            id=str(self.told),
            kind=EventKind.DELIVERED,
            at=self.clock(),
            email=email,
            issue=issues.get(self.engine, self.number).id,
            delivery=reference_text(ref),
        )
        for _ in range(times):
            events.store(self.engine, [told], self.clock())
        process(self.engine, self.clock(), lambda _: self.is_all_or_nothing)

    @rule(place=st.integers(0, READERS - 1))
    def a_reader_leaves(self, place: int) -> None:
        with self.engine.begin() as connection:
            who = subscribers.c.id == self.readers[place][0]
            connection.execute(update(subscribers).where(who).values(state="unsubscribed"))

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
        assert issues.get(self.engine, self.number).state is IssueState.SENT
        self.nobody_has_it_twice()
        self.the_ledger_says_nothing_untrue()
        for email, state in self._states().items():
            assert state in {"accepted", "rejected", "skipped", "unknown"}
            assert self.account.accepted[email] or state != "accepted"

    def _states(self) -> Mapping[str, str]:
        if not hasattr(self, "number"):
            return {}
        with self.engine.connect() as connection:
            joined = select(subscribers.c.email, deliveries.c.state).join(
                deliveries, deliveries.c.subscriber_id == subscribers.c.id
            )
            return {row[0]: row[1] for row in connection.execute(joined)}

    def _post(self) -> Post:
        stored = issues.get(self.engine, self.number)
        return Post(
            engine=self.engine,
            issue=stored,
            letters=letters(self.engine, stored),
            provider=self.provider,
            allowance=Allowance(provider=self.provider.name),
            connections=2,
            locks_folder=self.folder / "locks",
            journal=Journal(self.folder / "sent.journal"),
            clock=self.clock,
            stop=Signal(),
        )


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

    @staticmethod
    def make(resources: ExitStack) -> tuple[Account, Provider, bool]:
        account = resources.enter_context(running(MailgunApi()))
        provider = Mailgun(domain="mg.example.org", api_key=Secret("key"), base_url=account.url)
        return account, provider, True


class WithKeys(Story):
    """A service that knows a request again by its key."""

    @staticmethod
    def make(resources: ExitStack) -> tuple[Account, Provider, bool]:
        account = resources.enter_context(running(ResendApi()))
        return account, Resend(api_key=Secret("key"), base_url=account.url), False


@pytest.mark.parametrize("story", [WithoutKeys, WithKeys])
def test_whatever_happens_nobody_has_it_twice_and_the_ledger_says_nothing_untrue(
    story: type[Story], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The clock of these stories runs by leaps: nothing is gained by waiting for it.
    monkeypatch.setattr(loop, "LONGEST_NAP_S", 0.001)

    run_state_machine_as_test(
        story, settings=settings(max_examples=25, stateful_step_count=12, deadline=None)
    )
