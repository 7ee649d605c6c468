"""Keys that are missing or weak: nothing starts that would rest on them."""

import subprocess
import sys
from pathlib import Path

import pytest

from newsletter.app import open_project
from newsletter.storage import issues
from subscribers.keys import new_key
from tests.command_line import Run, next_issue

LISTS = ["NEWSLETTER_SECRET_KEYS", "NEWSLETTER_SUPPRESSION_KEYS"]
#: What is set → what is said of it, and what to do.
WEAK = {
    "": "is not set. Make a key with: newsletter key",
    "changeme": "key 1 is weak",
    "c2hvcnQh": "key 1 is weak",
    "a" * 43: "key 1 is weak",
    f"{new_key()},changeme": "key 2 is weak",
}
#: A key is another one in each process of the tests: their names must not hold it.
NAMES = ["none", "word", "short", "same letter", "second"]


def set_keys(project: Path, name: str, keys: str) -> None:
    """Write *keys* into the project's .env in place of those it has."""
    file = project / ".env"
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith(name)]
    file.write_text("\n".join([*lines, f"{name}={keys}", ""]), encoding="utf-8")


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("keys", WEAK, ids=NAMES)
def test_w_19_the_site_does_not_start_with_weak_or_missing_keys(
    run: Run, sample: Path, name: str, keys: str
) -> None:
    set_keys(sample, name, keys)

    result = run("serve", at=sample)

    assert (result.status, result.out) == (1, "")
    assert result.err.startswith(f"{name} {WEAK[keys]}" if not keys else f"{name}: {WEAK[keys]}")
    assert "with: newsletter key" in result.err
    assert "Serving" not in result.err
    assert not keys or keys not in result.err


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("keys", ["", "changeme"])
def test_w_19_nothing_is_sent_with_weak_or_missing_keys(
    run: Run, with_readers: Path, name: str, keys: str
) -> None:
    issue = next_issue(run, with_readers)
    set_keys(with_readers, name, keys)

    result = run("send", issue, "--yes", at=with_readers)

    project = open_project(with_readers)
    begun = issues.find(project.engine, issue, is_rehearsal=True)
    project.engine.dispose()
    assert result.status == 1
    assert name in result.err
    assert "with: newsletter key" in result.err
    assert begun is None
    assert not (with_readers / "var" / "outbox").exists()


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("arguments", [[], ["--once"]])
def test_w_19_the_scheduler_does_not_start_with_weak_or_missing_keys(
    sample: Path, name: str, arguments: list[str]
) -> None:
    set_keys(sample, name, "changeme")

    done = subprocess.run(
        [sys.executable, "-m", "scheduler", *arguments],
        cwd=sample,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )

    assert done.returncode == 1
    assert done.stderr.startswith(f"{name}: key 1 is weak")
    assert "with: newsletter key" in done.stderr
    assert len(done.stderr.splitlines()) == 1
