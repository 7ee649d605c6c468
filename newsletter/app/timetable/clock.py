"""The time, for every job: the machine's, or one that is set once and runs on from there."""

from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Tells the time."""

    #: What it showed when it was set; None: it shows the machine's time.
    started: datetime | None = None
    _set_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def is_moved(self) -> bool:
        """Whether it shows another time than the machine does."""
        return self.started is not None

    @property
    def is_ahead(self) -> bool:
        """Whether it was set to a time that the machine has not reached: that was done then says nothing about that night."""
        return self.started is not None and self.started > self._set_at

    def now(self) -> datetime:
        """Return the time, in UTC."""
        here = datetime.now(UTC)
        return here if self.started is None else self.started + (here - self._set_at)
