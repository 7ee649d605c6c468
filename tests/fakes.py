"""Small working stand-ins."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock

from newsletter.delivery.letter import Letter
from newsletter.delivery.providers.base import Capabilities, Session
from newsletter.delivery.values import Receipt, Recipient, Verdict

#: Decides what happens to one request: returns receipts, or raises.
Script = Callable[[Letter, Sequence[Recipient]], Sequence[Receipt] | None]


@dataclass
class MemoryProvider:
    """Keeps account of every message that it accepted, per reader; a script may answer otherwise."""

    capabilities: Capabilities = field(default_factory=lambda: Capabilities(max_batch=10))
    script: Script = lambda _letter, _recipients: None
    name: str = "memory"
    accepted: Counter[str] = field(default_factory=Counter)
    variants: dict[str, str] = field(default_factory=dict)
    requests: int = 0
    _lock: Lock = field(default_factory=Lock)

    def open(self) -> Session:
        return _Lane(self)

    def look_up(self, letter: Letter, recipients: Sequence[Recipient]) -> frozenset[int]:
        return frozenset(reader.subscriber_id for reader in recipients if self.accepted[reader.email])

    def check(self, sender: str = "") -> str:
        return "Memory keeps every mail."

    def accept(self, letter: Letter, recipients: Sequence[Recipient]) -> list[Receipt]:
        """Accept every message of a request."""
        with self._lock:
            for reader in recipients:
                self.accepted[reader.email] += 1
                self.variants[reader.email] = letter.variant
        return [Receipt(reader.subscriber_id, Verdict.ACCEPTED) for reader in recipients]


@dataclass
class _Lane:
    provider: MemoryProvider

    def send(self, letter: Letter, recipients: Sequence[Recipient]) -> Sequence[Receipt]:
        with self.provider._lock:
            self.provider.requests += 1
        answer = self.provider.script(letter, recipients)
        return self.provider.accept(letter, recipients) if answer is None else answer

    def close(self) -> None:
        pass
