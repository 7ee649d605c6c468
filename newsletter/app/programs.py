"""Programs that the settings name: run in the project folder, by no shell, and without the newsletter's keys."""

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import IO

_LOOK_S = 0.1


def run_program(
    command: Sequence[str],
    root: Path,
    *,
    limit_s: float,
    stop: Event,
    given: bytes = b"",
    said: IO[bytes] | int = subprocess.DEVNULL,
) -> str:
    """Run *command* in *root*; return why it failed, "" when it did not. Nothing that it says is in that.

    *given* is its standard input, *said* takes its output. It is killed at its limit, and when *stop* is set.
    """
    try:
        process = subprocess.Popen(  # noqa: S603 - the owner's own words, and no shell reads them
            command,
            cwd=root,
            stdin=subprocess.PIPE,
            stdout=said,
            stderr=said,
            # Keys of the newsletter are none of its business.
            env={name: value for name, value in os.environ.items() if not name.startswith("NEWSLETTER_")},
            # It may start others, and is ended with them.
            start_new_session=True,
        )
    except OSError as error:
        return f"cannot be run: {error.strerror}"
    # Beside: whoever does not read keeps the writer waiting.
    talk = Thread(target=process.communicate, args=(given,), name="program", daemon=True)
    talk.start()
    until = time.monotonic() + limit_s
    while talk.is_alive() and not stop.is_set() and time.monotonic() < until:
        talk.join(_LOOK_S)
    if not talk.is_alive():
        return f"failed (exit {process.returncode})" if process.returncode else ""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    talk.join()
    return "was stopped" if stop.is_set() else f"took over {limit_s:.0f} seconds"
