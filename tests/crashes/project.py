"""A project with an issue and a few readers, on SQLite or on PostgreSQL, of which quick copies are made."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from newsletter.database import Engine, open_database
from newsletter.layout.project import lay_out
from newsletter.rendering.pipeline.environment import built_in_templates
from subscribers.keys import new_key
from tests.server import Server

CONNECTIONS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project folder, and its database."""

    folder: Path
    issue: str = ""
    #: Holds the database; None: a SQLite file in the folder does.
    server: Server | None

    @contextmanager
    def copied(self, folder: Path) -> Iterator["Project"]:
        """Yield a copy in *folder*; one on PostgreSQL lasts as long as the block."""
        shutil.copytree(self.folder, folder)
        if self.server is None:
            yield replace(self, folder=folder)
            return
        with self.server.copied() as server:
            copy = replace(self, folder=folder, server=server)
            copy.set("database__url", server.template_address)
            yield copy

    def set(self, setting: str, value: str) -> None:
        """Have *setting* be *value* from now on."""
        with (self.folder / ".env").open("a", encoding="utf-8") as env:
            env.write(f"NEWSLETTER_{setting.upper()}={value}\n")

    def choose(self, service: str, url: str) -> None:
        """Send through a service at *url* from now on."""
        self.set("provider__name", service)
        self.set("provider__domain", "mg.example.org")
        self.set("provider__connections", str(CONNECTIONS))
        self.set("provider__api_key", "key")
        self.set("provider__base_url", url)
        # Nobody serves its links.
        self.set("provider__self_check", "false")

    @contextmanager
    def opened(self) -> Iterator[Engine]:
        """Open its database."""
        address = self.server.template_address if self.server else "sqlite:///var/newsletter.db"
        engine = open_database(address, root=self.folder)
        yield engine
        engine.dispose()

    def run(self, *arguments: str) -> bytes:
        """Run a command; return what it printed."""
        command = [sys.executable, "-m", "newsletter", "-C", str(self.folder), *arguments]
        return subprocess.run(command, check=True, capture_output=True, env=os.environ.copy()).stdout


def lay_project_out(folder: Path, server: Server | None, readers: int) -> Project:
    """Lay a project out with one item and some readers; *server* holds a database with every table."""
    today = datetime.now(UTC).date()
    source = built_in_templates() / "project"
    lay_out(folder, source=source, today=today, keys=(new_key(), new_key()), empty=True)
    item = folder / "content" / "news" / f"{today:%Y-%m-%d}-one.md"
    item.write_text("---\ntitle: One\nlink: /one/\n---\nSome text.\n", encoding="utf-8")
    rows = "\n".join(f"reader-{number}@example.org" for number in range(readers))
    listed = folder / "readers.csv"
    listed.write_text(f"email\n{rows}\n", encoding="utf-8")
    project = Project(folder=folder, server=server)
    if server:
        project.set("database__url", server.template_address)
    project.run("subscribers", "import", str(listed), "--confirmed", "--evidence", "a list")
    return replace(project, issue=str(msgspec.json.decode(project.run("issues", "--json"))[0]["issue"]))
