"""The stand-in in a process of its own, and what it can be asked and told from here."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.request import urlopen

import msgspec

from tests.stand_in.values import Happening, Order


@dataclass(frozen=True, slots=True)
class RemoteAccount:
    """An account at a stand-in that runs elsewhere."""

    url: str

    @property
    def accepted(self) -> Counter[str]:
        """How many mails were accepted, by address."""
        return Counter(msgspec.json.decode(self._ask("accepted"), type=dict[str, int]))

    def order(self, *orders: Order) -> None:
        """Say what is done with the next requests."""
        self._ask("orders", orders)

    def make_habit(self, habit: Order) -> None:
        """Say what is done with every request without an order."""
        self._ask("habit", habit)

    def tell(self, webhook: str, kinds: Sequence[tuple[Happening, str]], at: datetime) -> list[int]:
        """Have it post what happened to whom at *at* to *webhook*, in this order; return the answers' statuses."""
        told = {"webhook": webhook, "kinds": kinds, "at": at}
        return msgspec.json.decode(self._ask("tell", told), type=list[int])

    def _ask(self, wish: str, content: object = None) -> bytes:
        with urlopen(f"{self.url}/stand-in/{wish}", msgspec.json.encode(content), timeout=60) as answer:
            found = answer.read()
            assert isinstance(found, bytes)
            return found


@contextmanager
def started(service: str, *, counts_only: bool = False) -> Iterator[RemoteAccount]:
    """Run the stand-in for *service*, as the settings name it, in a process that ends with this context."""
    command = [sys.executable, "-m", "tests.stand_in", service, *(["--counts-only"] if counts_only else [])]
    root = Path(__file__).parent.parent.parent
    with subprocess.Popen(
        command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield RemoteAccount(process.stdout.readline().strip())
        finally:
            process.terminate()
