"""`newsletter serve`, in processes of its own, as an operator starts it."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.logs import secrets_in


@contextmanager
def served(project: Path, count: int = 1) -> Iterator[list[int]]:
    """Serve *project* from several processes at once; yield their ports. What they log is looked through."""
    ports = free_ports(count)
    with ExitStack() as stack:
        processes = [stack.enter_context(started(project, port)) for port in ports]
        for process in processes:
            assert process.stderr is not None
            assert process.stderr.readline().startswith("Serving at ")
        yield ports
        for process in processes:
            process.send_signal(signal.SIGTERM)
            _, written = process.communicate(timeout=20)
            assert secrets_in(written) == []


def free_ports(count: int) -> list[int]:
    """Return ports that nobody has; all are held until the last is found, so that none comes twice."""
    with ExitStack() as stack:
        held = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [listener.getsockname()[1] for listener in held]


@contextmanager
def started(project: Path, port: int, *options: str) -> Iterator["subprocess.Popen[str]"]:
    """Serve *project* from a process, which ends with the block, however that ends."""
    command = [sys.executable, "-m", "newsletter", "serve", "--port", str(port), *options]
    with subprocess.Popen(command, cwd=project, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()
