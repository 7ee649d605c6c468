"""When the mails of readers were handed over."""

from sqlalchemy import update

from newsletter.database import Engine
from newsletter.storage.handovers import handed_over, sent_to
from newsletter.storage.tables import batches, deliveries
from tests.delivery.frozen_issue import NOW, add_readers, freeze


def test_each_reader_s_mail_was_handed_over_as_its_batch_was_claimed(engine: Engine) -> None:
    add_readers(engine, 4)
    stored = freeze(engine, batch=2)
    with engine.begin() as connection:
        connection.execute(update(batches).where(batches.c.first_subscriber < 3).values(claimed_at=NOW))

    assert handed_over(engine, stored.number, {1, 2, 3, 99}) == {1: NOW, 2: NOW}
    assert handed_over(engine, stored.number + 1, {1}) == {}


def test_readers_of_a_domain_are_counted_up_to_where_it_matters(engine: Engine) -> None:
    add_readers(engine, 4)
    stored = freeze(engine)
    with engine.begin() as connection:
        connection.execute(update(deliveries).values(state="accepted"))

    assert sent_to(engine, stored.number, "example.org", 10) == 4
    assert sent_to(engine, stored.number, "example.org", 3) == 3
    assert sent_to(engine, stored.number, "example.eu", 10) == 0
