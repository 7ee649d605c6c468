"""A sender that is killed, the next one, and the account of what became of the readers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import text

from newsletter.delivery.locks import reach
from tests.crashes.killing import Killer, Senders, killing
from tests.crashes.project import Project
from tests.crashes.sender import Order
from tests.stand_in.services.mailgun import MailgunApi
from tests.stand_in.services.resend import ResendApi
from tests.stand_in.values import Service

#: Without keys, and with.
SERVICES: dict[str, Service] = {"mailgun": MailgunApi(), "resend": ResendApi()}
KEYED = frozenset({"resend"})


class Heir(StrEnum):
    """Who goes on where a sender was killed."""

    #: Finds that nobody holds its lock any more.
    SAME_MACHINE = "same machine"
    #: Knows nothing of the lock, and has the lease alone: on PostgreSQL.
    OTHER_MACHINE = "other machine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of the readers."""

    readers: int
    accepted: int
    #: The ledger says so of them.
    in_doubt: int
    #: Neither.
    lost: int
    #: Got more than one mail.
    twice: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A project with an issue, and a service to send it through."""

    project: Project
    service: str
    killer: Killer
    senders: Senders

    def send(
        self, *, at: datetime | None = None, dies_at_commit: int = 0, has_committed: bool = False
    ) -> bool:
        """Have a sender send, or do what is due *at* a time; whether it lived to the end."""
        order = Order(
            project=str(self.project.folder),
            issue=self.project.issue,
            at=at,
            dies_at_commit=dies_at_commit,
            has_committed=has_committed,
        )
        return self.senders.run(order)

    def leave_to(self, heir: Heir) -> None:
        """Have *heir* be the next to send."""
        if heir is Heir.OTHER_MACHINE:
            self.leave_machine()
            self.let_leases_run_out()

    def leave_machine(self) -> None:
        """Put the locks where the next sender does not see them."""
        locks = self.project.folder / "var" / "locks"
        if locks.exists():
            locks.rename(self.project.folder / f"left-{len(self._left)}")

    def let_leases_run_out(self) -> None:
        """Have three minutes go by, on the database's clock, for the senders of machines that were left."""
        statement = text(
            "UPDATE senders SET alive_until = timezone('utc', clock_timestamp()) WHERE machine = :machine"
        )
        with self.project.opened() as engine, engine.begin() as connection:
            for locks in self._left:
                connection.execute(statement, {"machine": reach(locks)})

    @property
    def _left(self) -> list[Path]:
        return list(self.project.folder.glob("left-*"))

    def outcome(self) -> Outcome:
        """Hold the ledger against what the service accepted."""
        accepted = self.killer.account.accepted
        query = "SELECT email, deliveries.state FROM subscribers LEFT JOIN deliveries ON subscribers.id = subscriber_id"
        with self.project.opened() as engine, engine.connect() as connection:
            states = {row[0]: row[1] for row in connection.execute(text(query))}
            state = connection.execute(text("SELECT state FROM issues")).scalar_one()
        doubtful = {email for email, state in states.items() if state == "unknown"}
        return Outcome(
            readers=len(states),
            accepted=sum(state == "accepted" for state in states.values()),
            in_doubt=len(doubtful),
            lost=sum(not accepted[email] and email not in doubtful for email in states),
            twice=sum(count > 1 for count in accepted.values()),
            state=state,
        )


@contextmanager
def scene_of(project: Project, folder: Path, service: str, senders: Senders) -> Iterator[Scene]:
    """Set a scene with a copy of *project* in *folder*."""
    with project.copied(folder) as copy, killing(SERVICES[service], senders) as killer:
        copy.choose(service, killer.account.url)
        yield Scene(project=copy, service=service, killer=killer, senders=senders)
