"""When what a provider reports condemns an address: rules over all that is known of a reader, in whatever order it came."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from newsletter.delivery.events import Bounce, EventKind, Report
from subscribers.suppression import Suppression

#: Soft bounces condemn when there are so many, over so many issues and so long a time (row B-03).
SOFT_BOUNCES = 5
SOFT_ISSUES = 3
SOFT_SPAN = timedelta(days=14)
#: After so long without one, counting begins anew.
SOFT_MEMORY = timedelta(days=30)

#: "Mailbox disabled" (RFC 3463): often only for a while, so one is not enough (row B-02).
DISABLED = "5.2.1"

#: So many readers of one domain refused for good in one issue, and at least half of those it was sent to: then it is the
#: domain's server that is in disorder, not its mailboxes (row B-05).
HELD_READERS = 5

#: When, of which issue ("" where the provider did not say), and whether it was delivered or bounced.
Sign = tuple[datetime, str, EventKind]


def reasons(reports: Sequence[Report]) -> tuple[Suppression, ...]:
    """Return every reason to suppress one reader that *reports* about them give, the weakest first."""
    reports = [report for report in reports if not report.is_forgiven]
    kinds = {report.kind for report in reports}
    found = {
        Suppression.UNSUBSCRIBED: EventKind.UNSUBSCRIBED in kinds,
        Suppression.BOUNCE: _is_dead(reports),
        Suppression.COMPLAINT: EventKind.COMPLAINED in kinds,
    }
    return tuple(reason for reason, is_given in found.items() if is_given)


def _is_dead(reports: Sequence[Report]) -> bool:
    hard = [report for report in reports if report.bounce is Bounce.HARD and not report.is_held]
    disabled = [report for report in hard if report.status == DISABLED]
    if len(hard) > len(disabled) or len(disabled) > 1:
        return True
    signs = [
        (report.at, report.issue, report.kind)
        for report in reports
        if report.kind is EventKind.DELIVERED or report.bounce is Bounce.SOFT or report in disabled
    ]
    return has_bounced_too_often(signs)


def has_bounced_too_often(signs: Iterable[Sign]) -> bool:
    """Whether soft bounces ever condemned the address (row B-03): enough of them, with no delivery and no long pause between.

    What comes after that does not undo it.
    """
    run: list[tuple[datetime, str]] = []
    # Of two at the same moment the delivery counts first: in doubt nobody is condemned.
    for at, issue, kind in sorted(signs, key=lambda sign: (sign[0], sign[2] is not EventKind.DELIVERED)):
        if kind is EventKind.DELIVERED or (run and at - run[-1][0] > SOFT_MEMORY):
            run.clear()
        if kind is EventKind.DELIVERED:
            continue
        run.append((at, issue))
        issues = {issue for _, issue in run if issue}
        if len(run) >= SOFT_BOUNCES and len(issues) >= SOFT_ISSUES and at - run[0][0] >= SOFT_SPAN:
            return True
    return False


def is_in_disorder(*, refused: int, sent_to: int) -> bool:
    """Whether the server of a domain is in disorder: *refused* readers bounced for good, of *sent_to* (row B-05)."""
    return refused >= HELD_READERS and 2 * refused >= sent_to
