"""What a command says is to be typed, and typing it."""

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.postgresql import tools


def to_type(said: str) -> list[str]:
    """Return what is said to be typed."""
    return re.findall(r"^  (.+)$", said, flags=re.MULTILINE)


def type_in(commands: Sequence[str], at: Path) -> None:
    """Type *commands* in the folder *at*, where PostgreSQL's tools are at hand."""
    for command in commands:
        environ = {**os.environ, "PATH": f"{tools()}:{os.environ['PATH']}"}
        done = subprocess.run(
            command, shell=True, cwd=at, env=environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
