"""kill -9 at every step of freezing, claiming, sending, recording and settling: nobody twice, nobody lost without a word."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter.layout.project import lay_out
from newsletter.rendering.pipeline.environment import built_in_templates
from subscribers.keys import new_key
from tests.command_line import Run, next_issue
from tests.crashes.killing import Killer, Senders, killing, senders
from tests.crashes.sender import BATCH, Order
from tests.stand_in.services.mailgun import MailgunApi
from tests.stand_in.services.resend import ResendApi
from tests.stand_in.values import Service

READERS = 23
#: More commits than any run makes.
PLENTY = 100

SERVICES: dict[str, Service] = {"mailgun": MailgunApi(), "resend": ResendApi()}
KEYED = {"resend"}


@pytest.fixture(scope="module")
def found_senders() -> Iterator[Senders]:
    with senders() as found:
        yield found


@dataclass
class Scene:
    """A project with an issue that is ready, and a service to send it through."""

    project: Path
    issue: str
    service: str
    killer: Killer
    senders: Senders

    def order(self, **how: int | bool) -> Order:
        return Order(project=str(self.project), issue=self.issue, **how)  # type: ignore[arg-type]  # as named

    def send_to_the_end(self) -> None:
        """Send again, undisturbed."""
        assert self.senders.run(self.order())

    def verify(self) -> None:
        """Nobody twice; each reader has the mail, or is in doubt; with keys nobody is."""
        accepted = self.killer.account.accepted
        doubtful = self._readers_in("unknown")
        lost = {address for address in self._readers() if not accepted[address]} - doubtful
        assert max(accepted.values()) == 1
        assert lost == set()
        assert len(doubtful) <= (0 if self.service in KEYED else CONNECTIONS * BATCH)
        assert self._readers_in("accepted") == self._readers() - doubtful
        assert self._rows("SELECT state FROM issues") == [("sent",)]

    def _readers(self) -> set[str]:
        return {email for (email,) in self._rows("SELECT email FROM subscribers")}

    def _readers_in(self, state: str) -> set[str]:
        query = (
            "SELECT email FROM subscribers JOIN deliveries ON id = subscriber_id WHERE deliveries.state = ?"
        )
        return {email for (email,) in self._rows(query, state)}

    def _rows(self, query: str, *values: str) -> list[tuple[str, ...]]:
        with closing(sqlite3.connect(self.project / "var" / "newsletter.db")) as connection:
            return connection.execute(query, values).fetchall()


CONNECTIONS = 2


@pytest.fixture(params=list(SERVICES))
def scene(
    request: pytest.FixtureRequest, tmp_path: Path, run: Run, found_senders: Senders
) -> Iterator[Scene]:
    """A small issue for a few readers."""
    service = str(request.param)
    folder = tmp_path / "project"
    today = datetime.now(UTC).date()
    lay_out(
        folder,
        source=built_in_templates() / "project",
        today=today,
        keys=(new_key(), new_key()),
        empty=True,
    )
    item = folder / "content" / "news" / f"{today:%Y-%m-%d}-one.md"
    item.write_text("---\ntitle: One\nlink: /one/\n---\nSome text.\n", encoding="utf-8")
    rows = "\n".join(f"reader-{number}@example.org" for number in range(READERS))
    (folder / "readers.csv").write_text(f"email\n{rows}\n", encoding="utf-8")
    imported = run("subscribers", "import", "readers.csv", "--confirmed", "--evidence", "a list", at=folder)
    assert imported.status == 0, imported.err
    issue = next_issue(run, folder)
    with killing(SERVICES[service], found_senders) as killer:
        settings = folder / "newsletter.toml"
        chosen = (
            f'name = "{service}"\ndomain = "mg.example.org"\nconnections = {CONNECTIONS}\n'
            f'base_url = "{killer.account.url}"'
        )
        text = settings.read_text(encoding="utf-8").replace('name = "outbox"', chosen)
        settings.write_text(text, encoding="utf-8")
        with (folder / ".env").open("a", encoding="utf-8") as env:
            env.write("NEWSLETTER_PROVIDER__API_KEY=key\n")
        yield Scene(folder, issue, service, killer, found_senders)


@pytest.mark.parametrize("has_committed", [False, True], ids=["before", "after"])
def test_a_kill_at_any_commit_mails_nobody_twice_and_loses_nobody(
    scene: Scene, *, has_committed: bool
) -> None:
    before = scene.project.with_name("before")
    shutil.copytree(scene.project / "var", before)

    for commit in range(1, PLENTY):
        shutil.rmtree(scene.project / "var")
        shutil.copytree(before, scene.project / "var")
        scene.killer.forget()
        lived = scene.senders.run(scene.order(dies_at_commit=commit, has_committed=has_committed))
        scene.send_to_the_end()
        scene.verify()
        if lived:
            break

    assert 8 < commit < PLENTY


@pytest.mark.parametrize("number", [1, 2, 3, 5])
@pytest.mark.parametrize("accepts", [False, True], ids=["unheard", "accepted"])
def test_a_kill_while_a_request_is_under_way_mails_nobody_twice_and_loses_nobody(
    scene: Scene, number: int, *, accepts: bool
) -> None:
    scene.killer.kill_next(number, accepts=accepts)

    lived = scene.senders.run(scene.order())
    scene.send_to_the_end()

    assert not lived
    scene.verify()


def test_a_second_and_a_third_kill_are_no_worse_than_the_first(scene: Scene) -> None:
    for number in (2, 2, 1):
        scene.killer.kill_next(number)
        assert not scene.senders.run(scene.order())

    scene.send_to_the_end()

    accepted = scene.killer.account.accepted
    assert max(accepted.values()) == 1
    lost = scene._readers() - set(accepted) - scene._readers_in("unknown")
    assert lost == set()
