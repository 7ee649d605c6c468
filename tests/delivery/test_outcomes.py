"""What follows from events: outcomes, suppressions, and what a person must judge."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from newsletter.database import Engine
from newsletter.delivery.events import Bounce, Event, EventKind
from newsletter.delivery.outcomes import release
from newsletter.storage.tables import events
from subscribers.addresses import normalise
from subscribers.audit import Errand
from subscribers.keys import new_key
from subscribers.storage import AdministrationStorage, consent_records, subscribers, subscriptions
from subscribers.suppression import SuppressionKeys
from tests.delivery.frozen_issue import NOW
from tests.delivery.reported import ISSUE, LATER, Reader, World, event, hard, sent_world

ACTIVE = Reader("active", None)
BOUNCED = Reader("active", "bounce")


@pytest.fixture
def world(engine: Engine) -> World:
    """An issue that twelve readers got."""
    return sent_world(engine, 12)


def soft(reader: bytes, day: float, issue: str = ISSUE) -> Event:
    return event(
        EventKind.BOUNCED, reader=reader, bounce=Bounce.SOFT, issue=issue, at=NOW + timedelta(days=day)
    )


def records(engine: Engine) -> list[tuple[str, str, dict[str, object]]]:
    with engine.connect() as connection:
        rows = connection.execute(select(consent_records).order_by(consent_records.c.id))
        return [(row.action, row.channel, json.loads(row.payload)) for row in rows]


def test_b_02_one_hard_bounce_suppresses_the_address(world: World) -> None:
    first, second, *_ = world.refs

    world.report(hard(first, status="5.1.1", diagnostic="550 no such user"))

    assert world.reader(first) == BOUNCED
    assert world.reader(second) == ACTIVE
    assert world.outcome(first) == ("bounced", "550 no such user")


def test_b_02_a_policy_suppresses_nobody(world: World) -> None:
    reader = world.refs[0]

    world.report(event(EventKind.BOUNCED, reader=reader, bounce=Bounce.POLICY, status="5.7.1"))

    assert world.reader(reader) == ACTIVE
    assert world.outcome(reader) == ("bounced", "5.7.1")


def test_b_02_a_disabled_mailbox_is_condemned_at_the_second_time(world: World) -> None:
    reader = world.refs[0]

    world.report(hard(reader, status="5.2.1"))
    once = world.reader(reader)
    world.report(hard(reader, status="5.2.1"))

    assert (once, world.reader(reader)) == (ACTIVE, BOUNCED)


def test_b_03_soft_bounces_suppress_in_the_end(world: World) -> None:
    reader = world.refs[0]

    world.report(*(soft(reader, 5 * number, f"weekly-{number}") for number in range(4)))
    four = world.reader(reader)
    world.report(soft(reader, 20, "weekly-4"))

    assert (four, world.reader(reader)) == (ACTIVE, BOUNCED)


def test_b_04_a_complaint_withdraws_the_consent_at_once(world: World) -> None:
    reader = world.refs[0]

    world.report(event(EventKind.COMPLAINED, reader=reader))

    assert world.reader(reader) == Reader("unsubscribed", "complaint")
    assert world.outcome(reader) == ("complained", None)
    assert records(world.engine) == [
        ("withdraw", "provider", {"before": None, "reason": "complaint"}),
    ]
    with world.engine.connect() as connection:
        ended = connection.execute(
            select(subscriptions.c.ended_at).join(subscribers).where(subscribers.c.ref == reader)
        ).scalars()
        assert list(ended) == [LATER]


def test_the_providers_unsubscribe_link_ends_everything(world: World) -> None:
    reader = world.refs[0]

    world.report(event(EventKind.UNSUBSCRIBED, reader=reader))

    assert world.reader(reader) == Reader("unsubscribed", "unsubscribed")


def test_a_weaker_reason_never_replaces_a_stronger_one(world: World) -> None:
    reader = world.refs[0]

    world.report(event(EventKind.COMPLAINED, reader=reader))
    world.report(hard(reader), event(EventKind.UNSUBSCRIBED, reader=reader))

    assert world.reader(reader) == Reader("unsubscribed", "complaint")


@pytest.mark.parametrize(
    "kind",
    [EventKind.DELIVERED, EventKind.OPENED, EventKind.CLICKED, EventKind.ACCEPTED, EventKind.UNKNOWN],
)
@pytest.mark.parametrize("suppressed", ["bounce", "complaint", "block", "unsubscribed"])
def test_w_29_an_event_brings_nobody_back(world: World, kind: EventKind, suppressed: str) -> None:
    reader = world.refs[0]
    with world.engine.begin() as connection:
        connection.execute(
            update(subscribers)
            .where(subscribers.c.ref == reader)
            .values(state="unsubscribed", suppressed=suppressed, suppressed_at=NOW)
        )

    world.report(*(event(kind, reader=reader) for _ in range(3)), event(kind, email="stranger@example.org"))

    assert world.reader(reader) == Reader("unsubscribed", suppressed)
    assert len(world.readers()) == 12


def test_w_29_a_delivery_does_not_lift_what_a_reported_bounce_suppressed(world: World) -> None:
    reader = world.refs[0]

    world.report(hard(reader))
    world.report(event(EventKind.DELIVERED, reader=reader, at=LATER))

    assert world.reader(reader) == BOUNCED
    assert world.outcome(reader)[0] == "bounced"


def test_a_reader_is_found_by_the_address_where_the_metadata_is_lost(world: World) -> None:
    with world.engine.connect() as connection:
        email = connection.execute(select(subscribers.c.email).order_by(subscribers.c.id)).scalars().first()
    assert email

    world.report(event(EventKind.BOUNCED, email=email.upper(), bounce=Bounce.HARD, issue=""))

    assert world.reader(world.refs[0]) == BOUNCED
    assert world.outcome(world.refs[0]) == (None, None)


def test_a_test_mail_to_a_reader_says_nothing_of_the_delivery(world: World) -> None:
    with world.engine.connect() as connection:
        email = connection.execute(select(subscribers.c.email).order_by(subscribers.c.id)).scalars().first()
    assert email

    world.report(event(EventKind.DELIVERED, reader=b"test mail 12", email=email))

    assert world.outcome(world.refs[0]) == (None, None)


def addresses(world: World) -> list[str]:
    with world.engine.connect() as connection:
        return list(
            connection.execute(select(subscribers.c.email).order_by(subscribers.c.id).limit(2)).scalars()
        )


def test_b_07_whose_address_bounced_counts_also_when_the_reference_is_another_readers(world: World) -> None:
    first, second, *_ = world.refs

    world.report(hard(first, email=addresses(world)[1]))

    assert (world.reader(first), world.reader(second)) == (ACTIVE, BOUNCED)
    assert world.outcome(first) == world.outcome(second) == (None, None)


def test_b_07_of_several_who_bounced_under_one_reference_each_is_condemned(world: World) -> None:
    first, second, third, *_ = world.refs

    world.report(*(hard(first, email=email) for email in addresses(world)))

    assert [world.reader(ref) for ref in (first, second, third)] == [BOUNCED, BOUNCED, ACTIVE]
    assert world.outcome(first) == ("bounced", None)


@pytest.mark.parametrize("email", ["", "forwarded@example.net"])
def test_an_address_that_is_no_readers_leaves_the_reference_to_tell(world: World, email: str) -> None:
    world.report(hard(world.refs[0], email=email))

    assert world.reader(world.refs[0]) == BOUNCED
    assert world.outcome(world.refs[0])[0] == "bounced"


def test_b_06_a_bounce_of_somebody_erased_writes_nothing(world: World) -> None:
    erased = world.refs[0]
    with world.engine.begin() as connection:
        connection.execute(delete(subscribers).where(subscribers.c.ref == erased))

    alerts = world.report(hard(erased, email="gone@example.org"))

    assert alerts == []
    assert records(world.engine) == []
    with world.engine.connect() as connection:
        assert connection.execute(select(events.c.subscriber_id, events.c.email)).all() == [(None, "")]


def test_the_address_goes_when_the_event_is_done_with_and_the_domain_stays(world: World) -> None:
    words = "550 <Anna@Example.org> is unknown"

    world.report(hard(b"", email="anna@example.org", diagnostic=words))

    with world.engine.connect() as connection:
        row = connection.execute(select(events)).one()
    assert (row.email, row.domain, row.diagnostic) == ("", "example.org", "550 <…> is unknown")


def test_b_06_the_same_event_ten_times_counts_once(world: World) -> None:
    bounce = hard(world.refs[0], status="5.2.1")

    for _ in range(10):
        world.report(bounce, bounce)

    assert world.reader(world.refs[0]) == ACTIVE
    with world.engine.connect() as connection:
        assert len(connection.execute(select(events)).all()) == 1


def test_b_05_a_domain_that_refuses_half_of_its_readers_suppresses_nobody(world: World) -> None:
    alerts = [alert for ref in world.refs for alert in world.report(hard(ref))]

    assert world.readers() == [ACTIVE] * 12
    assert [(alert.issue, alert.domain, alert.readers) for alert in alerts] == [(ISSUE, "example.org", 6)]
    assert [world.outcome(ref)[0] for ref in world.refs] == ["bounced"] * 12


def test_b_05_fewer_than_half_are_suppressed(world: World) -> None:
    alerts = world.report(*map(hard, world.refs[:5]))

    assert alerts == []
    assert world.readers() == [BOUNCED] * 5 + [ACTIVE] * 7


def test_b_05_only_the_bounces_of_the_domain_in_disorder_are_held(world: World) -> None:
    elsewhere, complaining, known = world.refs[:3]
    with world.engine.begin() as connection:
        connection.execute(
            update(subscribers)
            .where(subscribers.c.ref == elsewhere)
            .values(email="a@example.eu", email_key="a@example.eu")
        )
        connection.execute(
            update(subscribers)
            .where(subscribers.c.ref == known)
            .values(suppressed="bounce", suppressed_at=NOW)
        )

    world.report(*map(hard, world.refs), event(EventKind.COMPLAINED, reader=complaining))

    expected = [BOUNCED, Reader("unsubscribed", "complaint"), BOUNCED, *[ACTIVE] * 9]
    assert world.readers() == expected


def test_b_05_a_person_lets_held_bounces_count_and_later_ones_of_the_issue_too(world: World) -> None:
    *early, late = world.refs
    world.report(*map(hard, early))

    count = release(world.engine, "example.org", LATER)
    alerts = world.report(hard(late))

    assert count == 11
    assert alerts == []
    assert world.readers() == [BOUNCED] * 12
    assert release(world.engine, "example.org", LATER) is None


def test_what_was_taken_back_leaves_the_weaker_reason(world: World) -> None:
    first, second, *others = world.refs
    world.report(event(EventKind.UNSUBSCRIBED, reader=first), hard(first))
    world.report(hard(second), event(EventKind.UNSUBSCRIBED, reader=second))
    before = [world.reader(ref) for ref in (first, second)]

    world.report(*map(hard, others))

    assert before == [Reader("unsubscribed", "bounce")] * 2
    assert [world.reader(ref) for ref in (first, second)] == [Reader("unsubscribed", "unsubscribed")] * 2


def test_a_bounce_from_before_the_last_confirmation_is_forgotten(world: World) -> None:
    reader = world.refs[0]
    world.report(hard(reader, status="5.2.1"))
    with world.engine.begin() as connection:
        connection.execute(update(subscribers).values(confirmed_at=LATER + timedelta(days=1)))

    world.report(hard(reader, status="5.2.1"), now=LATER + timedelta(days=2))

    assert world.reader(reader) == ACTIVE


@pytest.mark.parametrize("way", ["unsuppress", "move"])
def test_b_10_whom_an_operator_lets_in_again_is_not_condemned_by_what_was_before(
    world: World, way: str
) -> None:
    reader = world.refs[0]
    administration = AdministrationStorage(world.engine, SuppressionKeys.from_secrets([new_key()]))
    operator = Errand(actor="operator", at=LATER + timedelta(days=1), note="a letter")
    with world.engine.connect() as connection:
        key = connection.execute(
            select(subscribers.c.email_key).where(subscribers.c.ref == reader)
        ).scalar_one()
    world.report(hard(reader, status="5.1.1"))

    if way == "unsuppress":
        administration.unsuppress(key, operator)
    else:
        administration.move(key, normalise("new@example.org"), operator)
    world.report(soft(reader, 2), now=LATER + timedelta(days=2))
    passing = world.reader(reader)
    world.report(hard(reader, status="5.1.1"), now=LATER + timedelta(days=3))

    assert (passing, world.reader(reader)) == (ACTIVE, BOUNCED)
