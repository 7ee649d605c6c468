"""Programs that the settings name: run in the project folder, by no shell, and without the newsletter's keys."""

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Event
from typing import IO

_LOOK_S = 0.1


def run_program(
    command: Sequence[str],
    root: Path,
    *,
    limit_s: float,
    stop: Event,
    given: IO[bytes] | int = subprocess.DEVNULL,
    said: IO[bytes] | int = subprocess.DEVNULL,
) -> str:
    """Run *command* in *root*; return why it failed, "" when it did not. Nothing that it says is in that.

    *given* is its standard input, *said* takes its output. It is killed at its limit, and when *stop* is set.
    """
    try:
        process = subprocess.Popen(  # noqa: S603 - the owner's own words, and no shell reads them
            command,
            cwd=root,
            stdin=given,
            stdout=said,
            stderr=said,
            # Keys of the newsletter are none of its business.
            env={name: value for name, value in os.environ.items() if not name.startswith("NEWSLETTER_")},
            # It may start others, and is ended with them.
            start_new_session=True,
        )
    except OSError as error:
        return f"cannot be run: {error.strerror}"
    until = time.monotonic() + limit_s
    while (status := process.poll()) is None:
        if stop.is_set() or time.monotonic() > until:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return "was stopped" if stop.is_set() else f"took over {limit_s:.0f} seconds"
        stop.wait(_LOOK_S)
    return f"failed (exit {status})" if status else ""
