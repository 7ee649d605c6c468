"""The command line, run in this process, and a sample project to run it on."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from pathlib import Path

import pytest
import typer.main

from newsletter.app import open_project
from newsletter.app.building import render
from newsletter.app.desk import Desk
from newsletter.cli import main
from newsletter.layout.project import lay_out
from newsletter.rendering.pipeline.environment import built_in_templates
from subscribers.keys import new_key


@dataclass(frozen=True)
class Result:
    """What a command did."""

    status: int
    out: str
    err: str


Run = Callable[..., Result]


#: The table of commands is understood once for all tests, as it is once for each process.
_understood = cache(typer.main.get_command)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run `newsletter` with arguments, in the folder *at*."""
    monkeypatch.setattr(typer.main, "get_command", _understood)

    def command(*arguments: str, at: Path) -> Result:
        monkeypatch.chdir(at)
        monkeypatch.setattr(sys, "argv", ["newsletter", *arguments])
        capfd.readouterr()
        try:
            main()
            status = 0
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else int(bool(end.code))
        out, err = capfd.readouterr()
        return Result(status, out, err)

    return command


def typed(*arguments: str, at: Path) -> str:
    """Run `newsletter` in a process of its own, as fixtures of several tests must, and return what it printed."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("NEWSLETTER_")}
    command = [sys.executable, "-m", "newsletter", *arguments]
    return subprocess.run(command, cwd=at, env=environ, check=True, stdout=subprocess.PIPE, text=True).stdout


@pytest.fixture(scope="session")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample project, its images prepared once for all tests."""
    folder = tmp_path_factory.mktemp("laid-out") / "sample"
    now = datetime.now(UTC)
    lay_out(folder, source=built_in_templates() / "project", today=now.date(), keys=(new_key(), new_key()))
    desk = Desk(open_project(folder), now)
    render(desk, desk.plan())
    return folder


@pytest.fixture
def sample(laid_out: Path, tmp_path: Path) -> Path:
    """A copy of the sample project."""
    return Path(shutil.copytree(laid_out, tmp_path / "sample"))


@pytest.fixture
def ctrl_c_is_heard() -> Iterator[None]:
    """Let what is started here hear Ctrl-C, also where the tests run in the background, which would pass on deafness."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


READERS = """\
email,lang,topics
everything@example.org,en,
evidence@example.org,en,evidence
lectrice@example.org,fr,ai;green
"""


@pytest.fixture(scope="session")
def laid_out_with_readers(laid_out: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample project with three readers of different languages and topics, imported once for all tests."""
    folder = Path(shutil.copytree(laid_out, tmp_path_factory.mktemp("with-readers") / "sample"))
    (folder / "readers.csv").write_text(READERS, encoding="utf-8")
    typed("subscribers", "import", "readers.csv", "--confirmed", "--evidence", "signed a list", at=folder)
    return folder


@pytest.fixture
def with_readers(sample: Path, laid_out_with_readers: Path) -> Path:
    """The sample project with three readers of different languages and topics."""
    for name in ("readers.csv", "var/newsletter.db", "var/newsletter.db-turn"):
        shutil.copy(laid_out_with_readers / name, sample / name)
    return sample


def set_provider(project: Path, lines: str) -> None:
    """Have the sample project send by another provider."""
    settings = project / "newsletter.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('name = "outbox"', lines), encoding="utf-8")


def at_mailgun(project: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have the sample project send through Mailgun, or what stands in for it at *url*; return its folder."""
    monkeypatch.setenv("NEWSLETTER_PROVIDER__API_KEY", "a key of the service")
    set_provider(
        project, f'name = "mailgun"\ndomain = "mg.example.org"\nbase_url = "{url}"\nself_check = false'
    )
    return project


def next_issue(run: Run, project: Path) -> str:
    """Return the issue that comes next."""
    rows = json.loads(run("issues", "--json", at=project).out)
    return str(rows[0]["issue"])


def mails(project: Path, issue: str) -> dict[str, EmailMessage]:
    """Return what the outbox has of *issue*, by address."""
    files = (project / "var" / "outbox" / issue).glob("*.eml")
    read = [message_from_bytes(file.read_bytes(), policy=policy.SMTP) for file in files]
    return {str(message["To"]): message for message in read}


def body(message: EmailMessage, kind: str) -> str:
    """Return the part of *kind*, `plain` or `html`."""
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())
