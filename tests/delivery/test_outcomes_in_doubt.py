"""An event proves that a mail in doubt was accepted: its own, and the others of its request where that says so."""

from newsletter.database import Engine
from newsletter.delivery.events import EventKind
from newsletter.storage import issues as issue_store
from tests.delivery.reported import event, sent_world


def test_an_event_proves_that_a_mail_in_doubt_was_accepted(engine: Engine) -> None:
    world = sent_world(engine, 3, state="unknown", batch_state="unknown")

    world.report(event(EventKind.OPENED, reader=world.refs[1]))

    assert world.states() == ["unknown", "accepted", "unknown"]
    assert issue_store.counts(engine, 1) | {"queued": 0} == {
        "queued": 0,
        "sending": 0,
        "accepted": 1,
        "rejected": 0,
        "unknown": 2,
        "skipped": 0,
    }


def test_an_event_proves_the_whole_request_where_acceptance_is_all_or_nothing(engine: Engine) -> None:
    world = sent_world(engine, 5, state="unknown", batch_state="unknown", batch=3, is_all_or_nothing=True)

    world.report(event(EventKind.DELIVERED, reader=world.refs[1]))

    assert world.states() == ["accepted"] * 3 + ["unknown"] * 2
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT state, accepted, unknown, settled_by FROM batches ORDER BY id"
        )
        assert [tuple(row) for row in rows] == [("done", 3, 0, "events"), ("unknown", 0, 2, "")]


def test_an_event_keeps_who_was_queued_again_from_a_second_mail(engine: Engine) -> None:
    world = sent_world(engine, 3, state="unknown", batch_state="unknown")
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE deliveries SET state = 'queued'")
        connection.exec_driver_sql("UPDATE batches SET state = 'queued', unknown = 0")

    world.report(event(EventKind.DELIVERED, reader=world.refs[1]))

    assert world.states() == ["queued", "accepted", "queued"]
    assert issue_store.counts(engine, 1)["accepted"] == 1


def test_an_event_proves_its_own_mail_alone_where_a_batch_went_in_parts(engine: Engine) -> None:
    world = sent_world(engine, 3, state="unknown", batch_state="unknown", is_all_or_nothing=True)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE batches SET in_parts = TRUE")

    world.report(event(EventKind.DELIVERED, reader=world.refs[1]))

    assert world.states() == ["unknown", "accepted", "unknown"]


def test_an_event_of_another_provider_proves_only_its_own_mail(engine: Engine) -> None:
    world = sent_world(engine, 3, state="unknown", batch_state="unknown", is_all_or_nothing=True)

    world.report(event(EventKind.DELIVERED, reader=world.refs[0], provider="other"))

    assert world.states() == ["accepted", "unknown", "unknown"]


def test_a_batch_that_was_not_one_request_is_proved_reader_by_reader(engine: Engine) -> None:
    world = sent_world(engine, 3, state="unknown", batch_state="unknown", is_all_or_nothing=True)
    with engine.begin() as connection:
        # It had been refused as a whole, and was sent in parts.
        connection.exec_driver_sql("UPDATE deliveries SET state = 'accepted' WHERE subscriber_id = 1")
        connection.exec_driver_sql("UPDATE batches SET accepted = 1, unknown = 2")

    world.report(event(EventKind.DELIVERED, reader=world.refs[1]))

    assert world.states() == ["accepted", "accepted", "unknown"]


def test_an_event_that_was_quicker_than_the_doubt_ends_it(engine: Engine) -> None:
    world = sent_world(engine, 3, state="queued", batch_state="sending")
    world.report(event(EventKind.DELIVERED, reader=world.refs[0]))
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE deliveries SET state = 'unknown'")
        connection.exec_driver_sql("UPDATE batches SET state = 'unknown', accepted = 0, unknown = 3")

    world.report()

    assert world.states() == ["accepted", "unknown", "unknown"]


def test_a_batch_that_a_sender_holds_is_left_to_it(engine: Engine) -> None:
    world = sent_world(engine, 3, state="unknown", batch_state="sending")

    world.report(event(EventKind.DELIVERED, reader=world.refs[0]))

    assert world.states() == ["unknown"] * 3


def test_what_a_person_left_in_doubt_is_settled_by_an_event_and_the_rest_stays_left(engine: Engine) -> None:
    world = sent_world(engine, 3, state="unknown", batch_state="done")

    world.report(event(EventKind.DELIVERED, reader=world.refs[0]))

    assert world.states() == ["accepted", "unknown", "unknown"]
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT state FROM batches").scalar() == "done"
