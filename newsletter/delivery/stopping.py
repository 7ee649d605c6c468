"""When an issue stops by itself: too many of its addresses do not exist, or too many readers call it spam."""

from dataclasses import dataclass

#: Before so many were accepted a rate says nothing.
ENOUGH = 200
#: Fewer are chance, whatever their rate.
FEWEST_BOUNCED = 10
FEWEST_COMPLAINED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Readers of an issue."""

    accepted: int = 0
    #: For good: the address does not exist.
    bounced: int = 0
    complained: int = 0

    def since(self, earlier: "Tally") -> "Tally":
        """Return what has come on top of *earlier*."""
        return Tally(
            accepted=self.accepted - earlier.accepted,
            bounced=self.bounced - earlier.bounced,
            complained=self.complained - earlier.complained,
        )


def stop_reason(tally: Tally, *, bounce_percent: float, complaint_percent: float) -> str:
    """Return why an issue must stop, "" when it need not; a limit of 0 percent never stops it."""
    if tally.accepted < ENOUGH:
        return ""
    if tally.bounced >= FEWEST_BOUNCED and _exceeds(tally.bounced, tally.accepted, bounce_percent):
        return (
            f"{tally.bounced:,} of {tally.accepted:,} mails bounced for good, more than {bounce_percent:g} %: "
            "an old list perhaps, or a server that refuses us"
        )
    if tally.complained >= FEWEST_COMPLAINED and _exceeds(
        tally.complained, tally.accepted, complaint_percent
    ):
        return f"{tally.complained:,} of {tally.accepted:,} readers called it spam, more than {complaint_percent:g} %"
    return ""


def _exceeds(count: int, accepted: int, percent: float) -> bool:
    return 0 < percent < 100 * count / accepted
