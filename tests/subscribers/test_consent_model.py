"""Whatever strangers, readers, imports and providers do in whatever order: nobody is written to without their own word, nor after it was taken back."""

import shutil
import tempfile
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine, select

from newsletter.database import open_database
from subscribers.keys import new_key
from subscribers.mails import Mail
from subscribers.storage import ImportStorage, audience, subscribers, suppress
from subscribers.suppression import Suppression, SuppressionKeys
from subscribers.tokens import Purpose
from tests.subscribers.browser import OFFER, Browser
from tests.subscribers.house import House, build
from tests.subscribers.importing import EVIDENCE, Import
from tests.subscribers.postman import Postman
from tests.subscribers.test_sign_up_limits import by_json
from tests.web.serving import Served

PEOPLE = ["jane@example.org", "office@police.example.eu"]
people = st.sampled_from(PEOPLE)
any_number = st.integers(min_value=0, max_value=10**6)
#: In how many ways gateways ask for a link.
METHODS = ["GET", "HEAD", "OPTIONS"]


class Lives(RuleBasedStateMachine):
    """A few addresses, and everything that can happen to them."""

    server: Served
    template: Path
    house: House
    engine: Engine
    postman: Postman

    @initialize()
    def begin(self) -> None:
        folder = Path(tempfile.mkdtemp(prefix="newsletter-model-"))
        shutil.copy(self.template, folder / "n.db")
        self.folder = folder
        self.engine = open_database(f"sqlite:///{folder / 'n.db'}")
        keys = SuppressionKeys.from_secrets([new_key()])
        self.house = build(self.engine, [new_key()], keys)
        self.server.app = self.house.app()
        browser = Browser(self.server.port, self.house.site.keys, self.house.clock, self.engine)
        self.postman = Postman(browser, self.house.mailroom, self.house.mailboxes)
        self.importing = Import(ImportStorage(self.engine, keys), self._write, self.engine)
        #: Who gets an issue, and who may: the second by what happened, not by the database.
        self.readers: set[str] = set()
        self.may_join: set[str] = set()
        #: Since when.
        self.must_be_out: dict[str, datetime] = {}
        #: Never again, and how many mails each had got by then.
        self.final: dict[str, int] = {}

    def _write(self, text: str, **_values: object) -> Path:
        path = self.folder / "list.csv"
        path.write_text(text, encoding="utf-8")
        return path

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.engine.dispose()
            shutil.rmtree(self.folder)

    @rule(who=people, lang=st.sampled_from(OFFER.languages), later_h=st.sampled_from([0, 1, 24]))
    def somebody_enters(self, who: str, lang: str, later_h: int) -> None:
        self.postman.wait(later_h * 3600)
        by_json(self.postman.browser, who, lang=lang, digests=["monthly", "weekly"])
        self.postman.deliver()

    @rule(who=people)
    def somebody_asks_for_a_link(self, who: str) -> None:
        self.postman.browser.press("/manage", {**self.postman.form("/manage"), "email": who})

    @rule()
    def mails_leave(self) -> None:
        self.postman.deliver()

    @rule(number=any_number, method=st.sampled_from(METHODS))
    def a_gateway_opens(self, number: int, method: str) -> None:
        if link := self._link(number):
            self.postman.browser.ask(method, link[1])

    @rule(number=any_number)
    def its_reader_confirms(self, number: int) -> None:
        mails = [mail for mail in self.house.mailboxes.mails if "confirm" in mail.links]
        if mails:
            mail = mails[number % len(mails)]
            if mail.to not in self.final:
                # Their own word, given with what was mailed to them; whether it still counts, the site decides.
                self.may_join.add(mail.to)
                self._lift(mail)
            self.postman.press(mail.links["confirm"])

    def _lift(self, mail: Mail) -> None:
        """A confirmation of what was asked for since brings back who had left; an older one does not."""
        asked = self.house.desk.confirmations.find(mail.ref)
        if asked is not None and asked.created_at > self.must_be_out.get(mail.to, asked.created_at):
            del self.must_be_out[mail.to]

    @rule(who=people, purpose=st.sampled_from([p for p in Purpose if p is not Purpose.CONFIRM]))
    def a_forger_confirms(self, who: str, purpose: Purpose) -> None:
        with self.engine.connect() as connection:
            ref = connection.execute(select(subscribers.c.ref).where(subscribers.c.email == who)).scalar()
        keys = self.house.site.keys
        issued = self.house.clock.now if purpose is Purpose.MANAGE else None
        token = keys.make(purpose, ref or bytes(12), "", issued)
        self.postman.browser.press(f"/confirm/{token}", {"stamp": "x" * 30})

    @rule(who=people, action=st.sampled_from(["", "one", "all"]))
    def a_reader_leaves(self, who: str, action: str) -> None:
        if ref := self._ref(who):
            token = self.house.site.keys.make(Purpose.UNSUBSCRIBE, ref, "monthly-2026-11")
            self.postman.browser.press(f"/unsubscribe/{token}", {"action": action} if action else {})
            self._is_out(who)

    @rule(who=people)
    def a_reader_takes_it_back(self, who: str) -> None:
        if ref := self._ref(who):
            token = self.house.site.keys.make(Purpose.UNSUBSCRIBE, ref, "monthly-2026-11")
            answer = self.postman.browser.press(f"/unsubscribe/{token}", {"action": "undo"})
            if "too late" not in answer.text and who not in self.final:
                self.may_join.add(who)
                self.must_be_out.pop(who, None)

    @rule(number=any_number)
    def somebody_blocks(self, number: int) -> None:
        mails = [mail for mail in self.house.mailboxes.mails if "block" in mail.links]
        if mails:
            mail = mails[number % len(mails)]
            answer = self.postman.press(mail.links["block"])
            # A link that is older than what was erased since says nothing any more.
            assert answer.status in {200, 410}
            if answer.status == 200:
                self._never_again(mail.to)

    @rule(who=people)
    def a_reader_complains(self, who: str) -> None:
        if self._suppress(who, Suppression.COMPLAINT):
            self._never_again(who)

    @rule(who=people)
    def a_mailbox_bounces(self, who: str) -> None:
        if self._suppress(who, Suppression.BOUNCE):
            self._is_out(who)

    @rule(who=people, is_confirmed=st.booleans())
    def an_operator_imports(self, who: str, is_confirmed: bool) -> None:
        if is_confirmed and who not in self.must_be_out:
            self.may_join.add(who)
        self.importing(f"email\n{who}\n", **(EVIDENCE if is_confirmed else {}))

    @rule(minutes=st.sampled_from([1, 31, 24 * 60, 4 * 24 * 60]))
    def time_goes_by(self, minutes: int) -> None:
        self.postman.wait(minutes * 60)

    @invariant()
    def nobody_joins_without_their_own_word(self) -> None:
        if not hasattr(self, "engine"):
            return
        now = self._audience()
        assert now - self.readers <= self.may_join
        assert not now & set(self.must_be_out)
        assert not now & set(self.final)
        self.readers = now
        self.may_join.clear()

    @invariant()
    def who_wants_nothing_gets_nothing(self) -> None:
        if hasattr(self, "engine"):
            for who, count in self.final.items():
                assert len(self.house.mailboxes.of(who)) == count

    def _audience(self) -> set[str]:
        with self.engine.connect() as connection:
            ids = audience("monthly", self.house.clock.now).subquery()
            found = select(subscribers.c.email).where(subscribers.c.id.in_(select(ids.c.subscriber_id)))
            return set(connection.execute(found).scalars())

    def _never_again(self, who: str) -> None:
        self.final.setdefault(who, len(self.house.mailboxes.of(who)))
        self._is_out(who)

    def _is_out(self, who: str) -> None:
        self.must_be_out[who] = self.house.clock.now

    def _ref(self, who: str) -> bytes | None:
        reader = self.house.site.storage.find_by_key(who)
        return reader.ref if reader else None

    def _suppressed(self, who: str) -> str | None:
        reader = self.house.site.storage.find_by_key(who)
        return reader.suppressed if reader else None

    def _suppress(self, who: str, reason: Suppression) -> bool:
        reader = self.house.site.storage.find_by_key(who)
        if reader is None:
            return False
        with self.engine.begin() as connection:
            suppress(connection, [reader.id], reason, at=self.house.clock.now)
        return True

    def _link(self, number: int) -> tuple[Mail, str] | None:
        links = [(mail, link) for mail in self.house.mailboxes.mails for link in mail.links.values()]
        return links[number % len(links)] if links else None


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_sequence_mails_anybody_without_their_own_word(
    server: Served, sqlite_template: Path, database: str
) -> None:
    Lives.server, Lives.template = server, sqlite_template

    run_state_machine_as_test(
        Lives, settings=settings(max_examples=30, stateful_step_count=30, deadline=None)
    )
