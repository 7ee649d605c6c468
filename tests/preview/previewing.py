"""`newsletter preview` in a process of its own, as an editor starts it, or served from here, and files as a program saves them."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import requests

from newsletter.app import open_project
from newsletter.app.previewing.serving import served
from newsletter.preview.address import HOST, new_token

#: On a machine that is three times as slow, and busy.
PATIENCE_S = 60.0


@dataclass(frozen=True)
class Preview:
    """A preview."""

    #: With its token, and a slash at the end.
    address: str
    project: Path

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}"

    def get(self, path: str = "", **options: object) -> requests.Response:
        """Ask for *path* of the page."""
        return requests.get(self.address + path, timeout=PATIENCE_S, **options)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Process(Preview):
    """A preview in a process of its own."""

    process: "subprocess.Popen[str]"

    def stop(self) -> tuple[int, str, str]:
        """Press Ctrl-C; return the exit status, and the rest of what was printed."""
        self.process.send_signal(signal.SIGINT)
        out, err = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, out, err


@contextmanager
def previewed(project: Path, *options: str, **environ: str) -> Iterator[Process]:
    """Show *project* from a process that ends with the block, however that ends."""
    command = [sys.executable, "-m", "newsletter", "preview", *(options or ["--no-open"])]
    with subprocess.Popen(
        command,
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | environ,
    ) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[\w-]{43}/", address), process.communicate()
            yield Process(address, project, process)
        finally:
            process.kill()


@contextmanager
def shown_here(project: Path) -> Iterator[Preview]:
    """Show *project* from this process: the same server, which does not have to be imported each time."""
    token = new_token()
    with socket.create_server((HOST, 0)) as listener:
        port = listener.getsockname()[1]
        with served(project, open_project, port, token) as server:
            thread = Thread(target=server.run, kwargs={"sockets": [listener]})
            thread.start()
            try:
                yield Preview(f"http://{HOST}:{port}/{token}/", project)
            finally:
                server.stop()
                thread.join()


def saved(path: Path, text: str) -> None:
    """Save a file as many programs do: a new one is written beside it, and takes its place."""
    beside = path.with_name(f".{path.name}.tmp")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def until(holds: Callable[[], object], what: str) -> None:
    """Wait until *what* holds."""
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.05)


def an_item(project: Path) -> Path:
    """Return an item of the sample's next issue that has no translation."""
    (found,) = (project / "content" / "news").glob("*-interview-transcription-pilot.md")
    return found


def made_small(sample: Path) -> Path:
    """Leave the sample project one language, no topics and few items: one variant, which is soon rendered."""
    settings = sample / "newsletter.toml"
    text = settings.read_text("utf-8").replace('languages = ["en", "fr"]', 'languages = ["en"]')
    settings.write_text(re.sub(r"(?ms)^\[topics\].*?^(?=\[)", "", text), "utf-8")
    for path in (sample / "content").rglob("*.fr.md"):
        path.unlink()
    for name in ("*drone*", "*plenary*", "*patrol*", "*cameras*", "*course*", "*radio*"):
        for path in (sample / "content").glob(f"*/{name}"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return sample
