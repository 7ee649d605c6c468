"""Every command in every trouble a user can get into: no traceback, words, and the exit status of the contract."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer

from newsletter.app.layout import lay_out
from newsletter.cli.commands import app
from tests.command_line import READERS, Run

ISSUE = "monthly-2026-12"
READER = "reader@example.org"
COMMANDS: Mapping[str, Sequence[str]] = {
    "init": ("inner",),
    "new": ("news", "A title"),
    "items": (),
    "why": ("news/nothing",),
    "issues": (),
    "calendar": (),
    "draft": (),
    "build": (),
    "check": ("--json",),
    "approve": (),
    "unapprove": (),
    "hold": ("--reason", "waits"),
    "release": (),
    "test": (),
    "send": (ISSUE, "--yes"),
    "pause": (),
    "resume": (),
    "cancel": (ISSUE, "--yes"),
    "status": (),
    "resolve": (ISSUE, "--unknown", "leave"),
    "serve": ("--port", "1"),
    "openapi": (),
    "backup": ("backup.tar",),
    "restore": ("--replay",),
    "migrate": (),
    "key": (),
    "doctor": (),
    "privacy": (),
    "demo": (),
    "subscribers import": ("readers.csv",),
    "subscribers stats": ("--json",),
    "subscribers show": (READER,),
    "subscribers list": ("--json",),
    "subscribers export": ("-",),
    "subscribers add": (READER,),
    "subscribers set": (READER, "--lang", "en"),
    "subscribers move": (READER, "new@example.org", "--note", "called"),
    "subscribers unsubscribe": (READER,),
    "subscribers erase": (READER, "--yes"),
    "subscribers suppress": (READER, "--reason", "block"),
    "subscribers unsuppress": (READER, "--note", "signed"),
    "subscribers audit": (),
    "mails": (),
    "preview": ("--port", "1", "--no-open"),
    "import": ("page.txt",),
}
WITHOUT_A_PROJECT = {"init", "key", "demo"}
#: These stay until somebody stops them, or take long and are tested elsewhere.
LONG = {"serve", "preview", "demo"}
AT_HOME = sorted(COMMANDS.keys() - LONG)
IN_A_PROJECT = sorted(COMMANDS.keys() - WITHOUT_A_PROJECT)


def words(name: str) -> list[str]:
    return [*name.split(), *COMMANDS[name]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    lay_out(folder, today=datetime.now(UTC).date())
    (folder / "readers.csv").write_text(READERS)
    return folder


def test_every_command_of_the_help_is_tried() -> None:
    group = typer.main.get_command(app)
    names = {
        f"{name} {inner}".strip()
        for name, command in group.commands.items()  # type: ignore[attr-defined]  # a group has commands
        for inner in getattr(command, "commands", [""])
    }

    assert COMMANDS.keys() == names


@pytest.mark.parametrize("name", AT_HOME)
def test_in_a_fresh_project_a_command_works_or_says_why_not(run: Run, project: Path, name: str) -> None:
    result = run(*words(name), at=project)

    assert result.status in {0, 1}
    assert result.out + result.err


@pytest.mark.parametrize("name", IN_A_PROJECT)
def test_in_a_folder_without_a_project_the_way_to_one_is_told(run: Run, tmp_path: Path, name: str) -> None:
    result = run(*words(name), at=tmp_path)

    assert result.status == 2
    assert "newsletter init DIR" in result.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["", *IN_A_PROJECT])
def test_broken_settings_are_named_with_file_and_line(run: Run, project: Path, name: str) -> None:
    with (project / "newsletter.toml").open("a") as file:
        file.write("\n[nonsense]\n")

    result = run(*(words(name) if name else ()), at=project)

    assert result.status == 1
    # `check --json` reports them as problems.
    assert "newsletter.toml" in result.err + result.out
    assert "`nonsense`" in result.err + result.out


# The editor’s page starts all the same, and says it there; pages are imported into files.
@pytest.mark.parametrize("name", ["", *(name for name in IN_A_PROJECT if name not in {"preview", "import"})])
def test_a_database_that_is_none_is_said_so(run: Run, project: Path, name: str) -> None:
    (project / "var").mkdir()
    (project / "var" / "newsletter.db").write_text("These are words, not tables.\n" * 100)

    result = run(*(words(name) if name else ()), at=project)

    assert result.status in {0, 1}
    assert result.status == 0 or "not a database" in result.err + result.out


@pytest.mark.parametrize(
    ("place", "is_folder", "name"),
    [
        ("var", False, "build"),
        ("var", False, "check"),
        ("var", False, "migrate"),
        ("var", False, "subscribers import"),
        ("var/media", False, "build"),
        ("var/build", False, "build"),
        ("var/outbox", False, "test"),
        ("var/newsletter.db", True, "subscribers stats"),
        ("content", False, "items"),
        ("content/issues", False, "approve"),
        ("content/issues", False, "hold"),
        ("content/issues", False, "draft"),
        ("content/issues", False, "check"),
        ("templates", False, "build"),
        (".env", True, "items"),
    ],
)
def test_what_stands_in_the_way_is_named(
    run: Run, project: Path, place: str, name: str, *, is_folder: bool
) -> None:
    path = project / place
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    path.parent.mkdir(exist_ok=True)
    path.mkdir() if is_folder else path.touch()

    result = run(*words(name), at=project)

    assert result.status in {0, 1}
    assert result.status == 0 or place.rpartition("/")[2] in result.err + result.out


def start(
    *arguments: str, at: Path, shell: str = '"$@"', **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run `newsletter` in a process of its own, by a shell that does something to it."""
    command = [sys.executable, "-m", "newsletter", *arguments]
    return subprocess.run(
        ["/bin/sh", "-c", shell, "sh", *command],
        cwd=at,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path), **environment},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


@pytest.mark.parametrize(
    ("shell", "name", "status"),
    [
        ('"$@" >&-', "items", 0),
        ('"$@" >&-', "subscribers stats", 0),
        ('"$@" <&-', "items", 0),
        ('"$@" 2>&-', "issues", 0),
        ('"$@" >&- 2>&- <&-', "items", 0),
        ('"$@" >/dev/full', "items", 1),
        ('"$@" >/dev/full', "subscribers stats", 1),
        ('"$@" >/dev/full 2>&1', "key", 1),
    ],
)
def test_an_output_that_is_closed_or_full_breaks_nothing(
    project: Path, shell: str, name: str, status: int
) -> None:
    result = start(*words(name), at=project, shell=shell)

    assert result.returncode == status
    assert "Traceback" not in result.stderr


def test_a_question_that_nobody_can_answer_is_not_asked(run: Run, with_readers: Path) -> None:
    issue = run("issues", at=with_readers).out.split()[0]

    result = start("send", issue, at=with_readers, shell='"$@" <&-')

    assert result.returncode == 1
    assert "add --yes" in result.stderr


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "cp1252"])
def test_a_terminal_without_our_characters_shows_others(project: Path, encoding: str) -> None:
    result = start("items", at=project, PYTHONIOENCODING=encoding)

    assert result.returncode == 0, result.stderr
    assert "Reading a car" in result.stdout


@pytest.mark.parametrize("environment", [{}, {"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}])
def test_neither_a_home_nor_a_language_is_needed(project: Path, environment: dict[str, str]) -> None:
    result = start("items", at=project, **environment)

    assert (result.returncode, "plénière" in result.stdout) == (0, True)


@pytest.mark.parametrize(("name", "status"), [("items", 2), ("init", 1), ("key", 0)])
def test_a_folder_that_was_deleted_is_said_so(tmp_path: Path, name: str, status: int) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()

    result = start(*words(name), at=gone, shell='rmdir "$PWD"; "$@"')

    assert result.returncode == status
    assert "Traceback" not in result.stderr
    assert status == 0 or "deleted" in result.stderr or "No such file" in result.stderr


@pytest.mark.parametrize("arguments", [("--help",), ("subscribers", "import", "--help"), ("items",)])
def test_a_narrow_terminal_is_no_trouble(project: Path, arguments: Sequence[str]) -> None:
    result = start(*arguments, at=project, COLUMNS="40")

    assert result.returncode == 0, result.stderr
    assert arguments == ("items",) or max(map(len, result.stdout.splitlines())) <= 50


@pytest.mark.skipif(os.geteuid() == 0, reason="the root user may write everywhere")
@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - LONG))
def test_in_a_folder_that_may_only_be_read_a_command_works_or_says_so(
    run: Run, project: Path, name: str
) -> None:
    for path in (*project.rglob("*"), project):
        if path.is_dir():
            path.chmod(0o500)

    result = run(*words(name), at=project)

    assert result.status in {0, 1}
