"""Which mail servers seem to click the links of what they receive, and what a person can do about it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from newsletter.app.project import Project
from newsletter.delivery.gateways import Gateway, is_gateway, most_to_count, suspects
from newsletter.storage import handovers, issues
from newsletter.storage.issues import StoredIssue
from subscribers.storage import departures

#: What a person can do.
REMEDY = (
    "Ask the domain's postmaster to leave the links in your mails alone. Ask these readers by another way than mail: who"
    " wants the newsletter back signs up again on the public site, and the confirmation is the evidence. Nobody is brought"
    " back without it."
)

#: Issues that were sent longer ago are of no interest to who looks after the service.
LATELY = timedelta(days=7)


def recent_gateways(project: Project, now: datetime) -> list[Gateway]:
    """Return those that clicked in the issues of the last days."""
    stored = issues.list_all(project.engine, is_rehearsal=project.is_rehearsal)
    lately = [issue for issue in stored if (issue.finished_at or now) >= now - LATELY]
    return [gateway for issue in lately for gateway in gateways_of(project, issue)]


def gateways_of(project: Project, issue: StoredIssue) -> Iterator[Gateway]:
    """Yield those that clicked in *issue*."""
    if issue.started_at is None:
        return
    engine = project.engine
    left = {each.subscriber_id: each for each in departures(engine, issue.id, issue.started_at)}
    given = handovers.handed_over(engine, issue.number, left)
    prompt = suspects((left[reader].domain, left[reader].at - at) for reader, at in given.items())
    for domain, readers in sorted(prompt.items()):
        sent_to = handovers.sent_to(engine, issue.number, domain, most_to_count(readers))
        if is_gateway(prompt=readers, sent_to=sent_to):
            yield Gateway(issue=issue.id, domain=domain, readers=readers, sent_to=sent_to)


def in_words(gateway: Gateway) -> str:
    """Return what was seen, without an address."""
    return (
        f"{gateway.issue}: {gateway.readers:,} of {gateway.sent_to:,} readers at {gateway.domain} unsubscribed within "
        "minutes of delivery: their mail server may follow links by itself. They count as unsubscribed all the same."
    )
