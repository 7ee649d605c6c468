"""The public site in a process of its own, for benchmarks."""

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from newsletter.app import open_project
from newsletter.app.letters import token_keys
from newsletter.layout.project import lay_out
from newsletter.rendering.pipeline.environment import built_in_templates
from newsletter.storage.schema import prepare
from subscribers.keys import new_key
from subscribers.tokens import Purpose


@dataclass(frozen=True)
class Site:
    """The running site."""

    port: int
    process: int
    #: Of a page that takes a token, a look into the database and a template.
    path: str

    def memory(self) -> int:
        """Return what it holds, in bytes."""
        status = Path(f"/proc/{self.process}/status").read_text(encoding="ascii")
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found
        return int(found[1]) * 1024


@contextmanager
def running_site(folder: Path, settings: str = "", *options: str) -> Iterator[Site]:
    """Serve a project with no readers; *settings* are added to its own, *options* to the command."""
    today = datetime.now(UTC).date()
    lay_out(folder, source=built_in_templates() / "project", today=today, keys=(new_key(), new_key()))
    with (folder / "newsletter.toml").open("a", encoding="utf-8") as file:
        file.write(settings)
    project = open_project(folder)
    prepare(project.engine)
    token = token_keys(project).make(Purpose.UNSUBSCRIBE, bytes(12), "monthly-2026-11")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "newsletter", "serve", "--port", str(port), *options]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        process.stderr.readline()
        yield Site(port, process.pid, f"/unsubscribe/{token}")
        process.terminate()
