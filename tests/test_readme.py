"""The README's first newsletter, typed line by line."""

import json
import re
import shlex
import subprocess
from pathlib import Path

from tests.command_line import Run

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def test_the_first_newsletter_works_as_written(run: Run, tmp_path: Path) -> None:
    (section,) = re.findall(
        r"^## Your first newsletter.*?(?=^To send for real)", README, re.DOTALL | re.MULTILINE
    )
    lines = [
        line for block in re.findall(r"```sh\n(.*?)```", section, re.DOTALL) for line in block.splitlines()
    ]
    folder, issue, typed = tmp_path, "", 0

    for line in lines:
        words = shlex.split(line, comments=True)
        match words:
            case ["cd", place]:
                folder = folder / place
            case ["newsletter", *arguments]:
                arguments = [issue if word == "ISSUE" else word for word in arguments]
                # A person answers the question.
                result = run(*arguments, *(["--yes"] if arguments[0] == "send" else []), at=folder)
                assert result.status == 0, f"{line}\n{result.err}"
                if arguments == ["issues"]:
                    issue = json.loads(run("issues", "--json", at=folder).out)[0]["issue"]
                typed += 1
            case ["printf", *_]:
                subprocess.run(line, shell=True, check=True, cwd=folder)

    assert typed == 10
    assert len(list((folder / "var" / "outbox").rglob("*.eml"))) == 1
