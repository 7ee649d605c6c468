"""An issue that is ready to be sent to a few readers, and the account of what became of it."""

import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from newsletter.layout.project import lay_out
from newsletter.rendering.pipeline.environment import built_in_templates
from subscribers.keys import new_key
from tests.crashes.killing import Killer, Senders
from tests.crashes.sender import Order
from tests.stand_in.services.mailgun import MailgunApi
from tests.stand_in.services.resend import ResendApi
from tests.stand_in.values import Service

#: Without keys, and with.
SERVICES: dict[str, Service] = {"mailgun": MailgunApi(), "resend": ResendApi()}
KEYED = frozenset({"resend"})
CONNECTIONS = 2


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


@dataclass(frozen=True)
class Scene:
    """A project with an issue, and a service to send it through."""

    project: Path
    issue: str
    killer: Killer
    senders: Senders

    def send(self, *, dies_at_commit: int = 0, has_committed: bool = False) -> bool:
        """Have a sender send; whether it lived to the end."""
        order = Order(
            project=str(self.project),
            issue=self.issue,
            dies_at_commit=dies_at_commit,
            has_committed=has_committed,
        )
        return self.senders.run(order)

    def outcome(self) -> Outcome:
        """Hold the ledger against what the service accepted."""
        accepted = self.killer.account.accepted
        query = "SELECT email, deliveries.state FROM subscribers LEFT JOIN deliveries ON subscribers.id = subscriber_id"
        with closing(sqlite3.connect(self.project / "var" / "newsletter.db")) as connection:
            states = dict(connection.execute(query).fetchall())
            (state,) = connection.execute("SELECT state FROM issues").fetchone()
        doubtful = {email for email, state in states.items() if state == "unknown"}
        return Outcome(
            readers=len(states),
            accepted=sum(state == "accepted" for state in states.values()),
            in_doubt=len(doubtful),
            lost=sum(not accepted[email] and email not in doubtful for email in states),
            twice=sum(count > 1 for count in accepted.values()),
            state=state,
        )


def prepare(folder: Path, readers: int) -> str:
    """Lay a project out with one item and some readers; return its issue."""
    today = datetime.now(UTC).date()
    source = built_in_templates() / "project"
    lay_out(folder, source=source, today=today, keys=(new_key(), new_key()), empty=True)
    item = folder / "content" / "news" / f"{today:%Y-%m-%d}-one.md"
    item.write_text("---\ntitle: One\nlink: /one/\n---\nSome text.\n", encoding="utf-8")
    rows = "\n".join(f"reader-{number}@example.org" for number in range(readers))
    (folder / "readers.csv").write_text(f"email\n{rows}\n", encoding="utf-8")
    listed = str(folder / "readers.csv")
    newsletter(folder, "subscribers", "import", listed, "--confirmed", "--evidence", "a list")
    return str(msgspec.json.decode(newsletter(folder, "issues", "--json"))[0]["issue"])


def choose(folder: Path, service: str, url: str) -> None:
    """Have the project send through a service at *url*."""
    settings = folder / "newsletter.toml"
    chosen = f'name = "{service}"\ndomain = "mg.example.org"\nconnections = {CONNECTIONS}\nbase_url = "{url}"'
    text = re.sub(r'^name = "outbox".*$', chosen, settings.read_text(encoding="utf-8"), flags=re.MULTILINE)
    settings.write_text(text, encoding="utf-8")
    with (folder / ".env").open("a", encoding="utf-8") as env:
        env.write("NEWSLETTER_PROVIDER__API_KEY=key\n")


def newsletter(folder: Path, *arguments: str) -> bytes:
    """Run a command; return what it printed."""
    command = [sys.executable, "-m", "newsletter", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, env=os.environ.copy()).stdout
