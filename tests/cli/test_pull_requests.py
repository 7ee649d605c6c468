"""A pull request as the editorial desk: the jobs of docs/editing.md, and an approval that was made elsewhere."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.command_line import Run, next_issue

DOCUMENT = Path(__file__).parents[2] / "docs" / "editing.md"


@pytest.fixture
def clone(sample: Path, tmp_path: Path) -> Path:
    """What a repository holds of the sample project: its files, but neither the database nor keys."""
    kept_out = shutil.ignore_patterns(
        *(sample / ".gitignore").read_text(encoding="utf-8").replace("/", "").split()
    )
    return Path(shutil.copytree(sample, tmp_path / "clone", ignore=kept_out))


def jobs() -> dict[str, list[str]]:
    """Return the commands of each service's job, but for what it needs a network for."""
    blocks = re.findall(r"```yaml\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    github, gitlab = (yaml.safe_load(block) for block in blocks)
    steps: list[dict[str, Any]] = github["jobs"]["issue"]["steps"]
    ran = [str(step["run"]) for step in steps if "run" in step]
    return {
        "github": [command for command in ran if not command.startswith("pip ")],
        "gitlab": [str(command) for command in gitlab["issue"]["script"]],
    }


def in_job(folder: Path, command: str) -> "subprocess.CompletedProcess[str]":
    """Run a line of a job in *folder* as a service does: with no setting of ours around it."""
    bare = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": str(folder)}
    return subprocess.run(
        ["/bin/sh", "-c", command], cwd=folder, env=bare, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("service", ["github", "gitlab"])
def test_the_job_builds_and_checks_what_a_clone_holds(service: str, clone: Path) -> None:
    commands = jobs()[service]

    done = [in_job(clone, command) for command in commands]

    assert [command.split()[1] for command in sorted(commands)] == ["build", "check"]
    assert [each.returncode for each in done] == [0, 0], done
    assert list((clone / "issue").glob("*/index.html"))
    assert list((clone / "issue").glob("*/*/message.html"))


def test_the_job_fails_at_a_mistake_and_names_its_line(clone: Path) -> None:
    item = clone / "content" / "news" / "broken.md"
    item.write_text(
        "---\ntitle: A title\nlink: not an address\ndate: 31 November\n---\nText.\n", encoding="utf-8"
    )

    checked = in_job(clone, "newsletter check")

    assert checked.returncode == 1
    assert "content/news/broken.md:4" in checked.stdout + checked.stderr


def test_an_approval_made_in_a_clone_counts_on_the_server(run: Run, sample: Path, clone: Path) -> None:
    issue = next_issue(run, sample)
    drafted = run("draft", issue, at=clone)
    approved = run("approve", issue, "--by", "an editor", at=clone)
    shutil.copytree(clone / "content", sample / "content", dirs_exist_ok=True)
    there = json.loads(run("issues", "--json", at=sample).out)[0]
    (sample / "content" / "news" / "later.md").write_text("---\ntitle: Later\n---\nNews.\n", encoding="utf-8")
    with_more = json.loads(run("issues", "--json", at=sample).out)[0]

    assert (drafted.status, approved.status) == (0, 0)
    assert (there["issue"], there["state"]) == (issue, "approved")
    assert (with_more["state"], with_more["items"]) == ("approved", there["items"])
