"""Events may come late, twice and in any order: readers and deliveries end the same."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from newsletter.database import Engine, open_database
from newsletter.delivery.events import Bounce, Event, EventKind
from newsletter.delivery.letter import reference_text
from newsletter.storage.tables import batches, deliveries, events
from subscribers.storage import subscribers
from tests.delivery.frozen_issue import NOW
from tests.delivery.reported import World, event, sent_world

READERS = 8
#: What can be told of a reader: a kind, what a bounce says, a status.
TELLABLE = [
    (EventKind.DELIVERED, None, ""),
    (EventKind.OPENED, None, ""),
    (EventKind.COMPLAINED, None, ""),
    (EventKind.UNSUBSCRIBED, None, ""),
    (EventKind.REJECTED, None, ""),
    (EventKind.BOUNCED, Bounce.HARD, "5.1.1"),
    (EventKind.BOUNCED, Bounce.HARD, "5.2.1"),
    (EventKind.BOUNCED, Bounce.POLICY, "5.7.1"),
    *[(EventKind.BOUNCED, Bounce.SOFT, "4.2.2")] * 3,
]
#: What a server tells that refuses nearly everybody.
REFUSALS = [(EventKind.UNSUBSCRIBED, None, ""), *[(EventKind.BOUNCED, Bounce.HARD, "5.1.1")] * 5]
ISSUES = ["monthly-2026-11", "monthly-2026-12", "special", ""]


@st.composite
def told(draw: st.DrawFn) -> tuple[list[tuple[int, Event]], list[tuple[int, Event]], int]:
    """Return events, each with the place of its reader; the same again in another order, some twice; and how many are taken at once."""
    kinds, names, least = draw(st.sampled_from([(TELLABLE, ISSUES, 1), (REFUSALS, ISSUES[:1], 12)]))
    tellable = st.tuples(
        st.integers(0, READERS - 1), st.sampled_from(kinds), st.integers(0, 40), st.sampled_from(names)
    )
    found = [
        (
            reader,
            event(kind, bounce=bounce, status=status, issue=issue, at=NOW + timedelta(days=day)),
        )
        for reader, (kind, bounce, status), day, issue in draw(
            st.lists(tellable, min_size=least, max_size=40)
        )
    ]
    again = draw(st.lists(st.sampled_from(found), max_size=5))
    return found, draw(st.permutations(found + again)), draw(st.integers(1, 20))


@given(told(), st.booleans())
@settings(max_examples=12)
def test_b_06_any_order_and_repetition_ends_the_same(
    given_: tuple[list[tuple[int, Event]], list[tuple[int, Event]], int], is_all_or_nothing: bool
) -> None:
    one_way, other_way, most = given_

    with world(is_all_or_nothing) as here, world(is_all_or_nothing) as there:
        alerts = here.report(*_of(here, one_way))
        others = []
        for number in range(0, len(other_way), most):
            others += there.report(*_of(there, other_way[number : number + most]), most=most)

        assert state(here.engine) == state(there.engine)
        assert {alert.domain for alert in alerts} == {alert.domain for alert in others}
        assert len(others) == len({(alert.issue, alert.domain) for alert in others})


@contextmanager
def world(is_all_or_nothing: bool) -> Iterator[World]:
    """Yield a database with an issue in doubt."""
    with TemporaryDirectory() as folder:
        engine = open_database("sqlite:///newsletter.db", root=Path(folder))
        # Without the migrations, which take longer than the rest.
        for tables in (subscribers.metadata, events.metadata):
            tables.create_all(engine)
        yield sent_world(
            engine,
            READERS,
            state="unknown",
            batch_state="unknown",
            batch=4,
            is_all_or_nothing=is_all_or_nothing,
        )
        engine.dispose()


def _of(world: World, told: Sequence[tuple[int, Event]]) -> list[Event]:
    return [replace(each, delivery=reference_text(world.refs[reader])) for reader, each in told]


def state(engine: Engine) -> list[object]:
    """Return everything that events change, but the record of how it came to be."""
    with engine.connect() as connection:
        return [
            connection.execute(select(*columns).order_by(*columns)).all()
            for columns in (
                (subscribers.c.id, subscribers.c.state, subscribers.c.suppressed),
                (
                    deliveries.c.subscriber_id,
                    deliveries.c.state,
                    deliveries.c.outcome,
                    deliveries.c.outcome_reason,
                ),
                (batches.c.id, batches.c.state, batches.c.accepted, batches.c.unknown, batches.c.settled_by),
                (events.c.event_id, events.c.is_held, events.c.email),
            )
        ]
