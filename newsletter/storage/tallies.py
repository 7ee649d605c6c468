"""How many mails of an issue were accepted, and what providers reported of them."""

from sqlalchemy import Engine, distinct, func, select, update

from newsletter.database import reading, writing
from newsletter.delivery.events import Bounce, EventKind
from newsletter.delivery.stopping import Tally
from newsletter.issues.values import IssueState
from newsletter.storage.tables import batches, deliveries, events, issues


def outcomes(engine: Engine, issue_number: int) -> dict[str, int]:
    """Return how many readers of an issue have each outcome."""
    statement = (
        select(deliveries.c.outcome, func.count())
        .where(deliveries.c.issue_number == issue_number, deliveries.c.outcome.is_not(None))
        .group_by(deliveries.c.outcome)
    )
    with reading(engine) as connection:
        return {row[0]: row[1] for row in connection.execute(statement)}


def sending(engine: Engine) -> list[int]:
    """Return the numbers of the issues that are being sent for real."""
    statement = select(issues.c.number).where(issues.c.state == IssueState.SENDING, ~issues.c.is_rehearsal)
    with reading(engine) as connection:
        return list(connection.execute(statement).scalars())


def tally(engine: Engine, issue_number: int) -> Tally:
    """Return what has come of an issue since a person last let it go on."""
    accepted = select(func.coalesce(func.sum(batches.c.accepted), 0)).where(
        batches.c.issue_number == issue_number
    )
    readers = func.count(distinct(events.c.subscriber_id))
    of_issue = select(readers).where(events.c.issue_number == issue_number)
    bounced = of_issue.where(events.c.kind == EventKind.BOUNCED, events.c.bounce == Bounce.HARD)
    complained = of_issue.where(events.c.kind == EventKind.COMPLAINED)
    forgiven = select(issues.c.forgiven_accepted, issues.c.forgiven_bounced, issues.c.forgiven_complained)
    with reading(engine) as connection:
        found = Tally(
            accepted=int(connection.execute(accepted).scalar_one()),
            bounced=int(connection.execute(bounced).scalar_one()),
            complained=int(connection.execute(complained).scalar_one()),
        )
        earlier = connection.execute(forgiven.where(issues.c.number == issue_number)).one()
    return found.since(Tally(accepted=earlier[0], bounced=earlier[1], complained=earlier[2]))


def forgive(engine: Engine, issue_number: int) -> None:
    """Count from here on: a person has seen what there was, and lets the issue go on."""
    found = tally(engine, issue_number)
    with writing(engine) as connection:
        connection.execute(
            update(issues)
            .where(issues.c.number == issue_number)
            .values(
                forgiven_accepted=issues.c.forgiven_accepted + found.accepted,
                forgiven_bounced=issues.c.forgiven_bounced + found.bounced,
                forgiven_complained=issues.c.forgiven_complained + found.complained,
            )
        )
