"""What goes next is claimed and written while the connections wait for answers, so that none of them waits for it.

A batch that is held here has not left, and the ledger says so: a sender that dies holding it puts nobody in doubt.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from newsletter.database import Connection, writing
from newsletter.delivery.letter import Letter
from newsletter.delivery.post import Post
from newsletter.delivery.providers.base import Session, WritesAhead
from newsletter.delivery.values import ClaimedBatch, Receipt, Recipient
from newsletter.storage import ahead
from newsletter.storage.claiming import claim


@dataclass(frozen=True, slots=True)
class Written:
    """A session for one request whose body stands already."""

    session: WritesAhead
    body: bytes = field(repr=False)

    def send(self, _letter: Letter, recipients: Sequence[Recipient]) -> Sequence[Receipt]:
        """Send what is written."""
        return self.session.send_written(recipients, self.body)

    def close(self) -> None:
        """End the conversation."""
        self.session.close()


@dataclass(frozen=True, slots=True)
class Next:
    """A batch that may leave as soon as a connection is free."""

    batch: ClaimedBatch
    #: None: its request is written when it leaves.
    body: bytes | None = field(default=None, repr=False)


@dataclass(slots=True)
class Ahead:
    """What one sender holds ready, for whichever connection is free first."""

    post: Post
    sender: str
    #: Writes, and sends nothing; None: nothing is held ahead, because the provider takes readers singly or knows keys.
    _writer: WritesAhead | None = field(init=False)
    _held: deque[Next] = field(default_factory=deque)

    def __post_init__(self) -> None:
        session: Session = self.post.provider.open()
        self._writer = session if isinstance(session, WritesAhead) else None

    def has_room(self, most: int, now: datetime) -> bool:
        """Whether one more may be held, where *most* are useful; none under a limit, which counts what leaves when."""
        is_possible = self._writer is not None and not self.post.allowance.limits(now)
        return is_possible and len(self._held) < most

    @property
    def count(self) -> int:
        """How many are held."""
        return len(self._held)

    def hold_one(self, connection: Connection, now: datetime) -> bool:
        """Claim the next batch, commit, and write its request; False when none is due."""
        with writing(connection):
            batch = claim(
                connection,
                self.post.issue.number,
                sender=self.sender,
                one_by_one=False,
                now=now,
                is_ahead=True,
            )
        if batch is None:
            return False
        self._held.append(Next(batch, self._written(batch)))
        return True

    def leave(self, connection: Connection, now: datetime) -> Next | None:
        """Return what may leave next once the transaction is committed; what may not goes back. None: none is held."""
        while self._held:
            found = self._held.popleft()
            if ahead.leave(connection, found.batch, sender=self.sender, now=now):
                return found
            ahead.put_back(connection, found.batch, sender=self.sender)
        return None

    def put_back(self, connection: Connection) -> None:
        """Queue everything again."""
        while self._held:
            ahead.put_back(connection, self._held.popleft().batch, sender=self.sender)

    def _written(self, batch: ClaimedBatch) -> bytes | None:
        """Return the request of *batch*; what is wrong with it is found again, and told, when it is sent."""
        assert self._writer is not None
        try:
            return self._writer.body(self.post.letters[batch.variant], batch.recipients)
        except Exception:  # whatever a provider's bug may raise, nobody is to be lost for it
            return None
