"""Orders to senders, and a service that kills the one whose request it has in hand."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock

import msgspec

from tests.crashes.sender import Order
from tests.stand_in.account import Account
from tests.stand_in.serving import serving
from tests.stand_in.values import Reply, Request, Service

ROOT = Path(__file__).parent.parent.parent


def every(usual: int) -> int:
    """How many commits to go on by: *usual*, or one with NEWSLETTER_TEST_EVERY_COMMIT, which takes long."""
    return 1 if "NEWSLETTER_TEST_EVERY_COMMIT" in os.environ else usual


@dataclass
class Senders:
    """A process that forks senders."""

    process: "subprocess.Popen[str]"
    #: The one at work.
    current: int = 0
    started: Event = field(default_factory=Event)

    def run(self, order: Order) -> bool:
        """Have a sender carry *order* out; whether it lived to the end of it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.started.clear()
        print(msgspec.json.encode(order).decode(), file=self.process.stdin, flush=True)
        self.current = int(self.process.stdout.readline())
        self.started.set()
        status = int(self.process.stdout.readline())
        assert status in {0, -signal.SIGKILL}, f"the sender failed with {status}"
        return status == 0

    def kill(self) -> None:
        """Kill the one at work, as a loss of power would."""
        assert self.started.wait(10)
        with suppress(ProcessLookupError):
            os.kill(self.current, signal.SIGKILL)


@contextmanager
def senders() -> Iterator[Senders]:
    """Start the process that forks senders."""
    command = [sys.executable, "-m", "tests.crashes.sender"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Senders(process)
        finally:
            process.kill()


@dataclass
class Killer:
    """Takes requests for an account, and kills the sender of one of them."""

    account: Account
    senders: Senders
    #: So many requests later comes the one that something else is done with; 0: none does.
    _comes_in: int = 0
    _deed: Callable[[Request], Reply | None] | None = None
    _counting: Lock = field(default_factory=Lock)

    def kill_next(self, number: int, *, accepts: bool = True) -> None:
        """Kill the sender of the *number*-th request from now; *accepts*: its readers get their mail all the same."""

        def kill(request: Request) -> None:
            if accepts:
                self.account.take(request)
            self.senders.kill()

        self._comes_in, self._deed = number, kill

    def interrupt(self, number: int, act: Callable[[], None]) -> None:
        """Do *act* before the *number*-th request from now is answered."""

        def act_first(request: Request) -> Reply | None:
            act()
            return self.account.take(request)

        self._comes_in, self._deed = number, act_first

    def take(self, request: Request) -> Reply | None:
        """Answer, or do what is to be done with this one."""
        with self._counting:
            self._comes_in -= 1
            is_the_one = self._comes_in == 0
        if is_the_one and self._deed:
            return self._deed(request)
        return self.account.take(request)


@contextmanager
def killing(service: Service, found: Senders) -> Iterator[Killer]:
    """Run *service* on a free port of this machine."""
    killer = Killer(Account(service=service), found)
    with serving(killer.take) as killer.account.url:
        yield killer
