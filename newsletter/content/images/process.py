"""Our side of the process that decodes pictures."""

import json
import sys
from pathlib import Path
from threading import Timer
from types import TracebackType
from typing import TYPE_CHECKING, Any

from newsletter.content.images import worker
from newsletter.errors import Level, Problem

if TYPE_CHECKING:
    from subprocess import Popen

#: Seconds on the clock for one picture: for a busy machine, and where the worker has no clock of its own.
TIME_LIMIT_S = 10.0


class PictureProcess:
    """Converts pictures in a process of its own, started for the first one and again after each that ended it.

    A context manager: one process serves all pictures of an issue, because starting it costs more than a picture.
    """

    def __init__(self) -> None:
        self._process: Popen[bytes] | None = None

    def __enter__(self) -> "PictureProcess":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._end()

    def convert(
        self, data: bytes, *, width: int, ratio: tuple[int, int] | None, focus: tuple[float, float], name: str
    ) -> tuple[str, bytes] | Problem:
        """Return extension and bytes of what the picture in *data* becomes, or what is wrong with it; *name* is for people."""
        request: dict[str, object] = {"length": len(data), "width": width, "ratio": ratio, "focus": focus}
        answer = self._ask(request, data)
        if answer is None:
            return Problem(
                level=Level.ERROR,
                rule="image-too-slow",
                message=f"The image {name} cannot be decoded within {worker.CPU_LIMIT_S:.0f} seconds.",
                help="Save it again, 2,000 pixels wide for example.",
            )
        said, made = answer
        if "extension" in said:
            return str(said["extension"]), made
        return Problem(
            level=Level.ERROR,
            rule=str(said["rule"]),
            message=f"The image {name} {said['message']}",
            help=str(said["help"]),
        )

    def _ask(self, request: dict[str, object], data: bytes) -> tuple[dict[str, Any], bytes] | None:
        """Return the answer, or None when the process ended instead of answering."""
        process = self._started()
        assert process.stdin is not None, "it was started with pipes"
        assert process.stdout is not None, "it was started with pipes"
        watch = Timer(TIME_LIMIT_S, process.kill)
        watch.start()
        try:
            process.stdin.write(json.dumps(request).encode() + b"\n" + data)
            process.stdin.flush()
            line = process.stdout.readline()
            said: dict[str, Any] = json.loads(line or b"{}")
            made = process.stdout.read(said.get("length", 0))
        except (OSError, ValueError):  # it ended before it read everything, or in the middle of a line
            said, made = {}, b""
        finally:
            watch.cancel()
        if said and len(made) == said["length"]:
            return said, made
        self._end()
        return None

    def _started(self) -> "Popen[bytes]":
        if self._process is None:
            import subprocess

            # By its path and without the current folder, where an editor's files could pass for modules.
            command = [sys.executable, "-P", str(Path(worker.__file__))]
            self._process = subprocess.Popen(  # noqa: S603 - our own file, no argument from outside
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()
