"""The record of consents is sealed: whatever is changed afterwards is found, and named."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, insert, select, update

from subscribers.errors import SealsError
from subscribers.sealfile import SealFile
from subscribers.sealing import hash_of_payload
from subscribers.storage import consent_records
from subscribers.storage import sealing as storage
from subscribers.storage.sealing import RECORDS_A_SEAL, seal, verify
from subscribers.storage.tables import consent_seals

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> SealFile:
    return SealFile(tmp_path / "var" / "consent.seals")


@pytest.fixture
def add(engine: Engine) -> Callable[[int], None]:
    """Return a function that records so many consents."""

    def add(count: int) -> None:
        rows = [
            {
                "subscriber_ref": number.to_bytes(12, "big"),
                "at": NOW - timedelta(hours=1),
                "action": "confirm",
                "channel": "import",
                "payload": f'{{"digests":["monthly"],"number":{number}}}',
            }
            for number in range(count)
        ]
        with engine.begin() as connection:
            connection.execute(insert(consent_records), rows)

    return add


def run(engine: Engine, *statements: object) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[call-overload]  # any statement


def sealed_nights(engine: Engine, file: SealFile, add: Callable[[int], None], *counts: int) -> None:
    for night, count in enumerate(counts):
        add(count)
        seal(engine, file, NOW + timedelta(days=night))


def test_seals_over_untouched_records_hold(
    engine: Engine, file: SealFile, add: Callable[[int], None]
) -> None:
    sealed_nights(engine, file, add, 3, 4)
    add(2)

    verdict = verify(engine, file)

    assert verdict.holds
    assert (verdict.seals, verdict.sealed, verdict.unsealed) == (2, 7, 2)


def test_what_is_sealed_is_not_sealed_again(
    engine: Engine, file: SealFile, add: Callable[[int], None]
) -> None:
    sealed_nights(engine, file, add, 3)

    assert seal(engine, file, NOW) == 0
    assert verify(engine, file).seals == 1


CHANGES = {
    "payload": {"payload": '{"digests":[]}'},
    "payload and its hash": {"payload": "", "payload_hash": hash_of_payload("forged")},
    "hash beside a payload": {
        "payload": "forged",
        "payload_hash": hash_of_payload('{"digests":["monthly"],"number":1}'),
    },
    "action": {"action": "withdraw"},
    "channel": {"channel": "form"},
    "time": {"at": NOW - timedelta(days=400)},
    "person": {"subscriber_ref": b"x" * 12},
    "deleted for show": {"action": "deleted", "payload_hash": bytes(32)},
}


@pytest.mark.parametrize("values", CHANGES.values(), ids=CHANGES)
def test_p_01_a_changed_record_is_found_and_named(
    engine: Engine, file: SealFile, add: Callable[[int], None], values: dict[str, object]
) -> None:
    sealed_nights(engine, file, add, 3, 4)
    run(engine, update(consent_records).where(consent_records.c.id == 5).values(**values))

    difference = verify(engine, file).difference

    assert difference is not None
    assert difference.record == 5
    assert "record 5 was changed" in difference.message


@pytest.mark.parametrize(("gone", "named"), [(1, 2), (5, 6), (7, 7)])
def test_p_01_a_deleted_record_is_found(
    engine: Engine, file: SealFile, add: Callable[[int], None], gone: int, named: int
) -> None:
    sealed_nights(engine, file, add, 3, 4)
    run(engine, delete(consent_records).where(consent_records.c.id == gone))

    difference = verify(engine, file).difference

    assert difference is not None
    assert difference.record == named


def test_p_01_a_record_that_was_put_in_is_found(
    engine: Engine, file: SealFile, add: Callable[[int], None]
) -> None:
    sealed_nights(engine, file, add, 3)
    run(engine, update(consent_records).where(consent_records.c.id == 2).values(id=20))
    sealed_nights(engine, file, add, 1)
    with engine.begin() as connection:
        row = connection.execute(select(consent_records).where(consent_records.c.id == 3)).one()
        connection.execute(insert(consent_records), dict(row._mapping) | {"id": 2})

    difference = verify(engine, file).difference

    assert difference is not None
    assert difference.record == 2


def test_p_01_a_chain_that_was_rewritten_in_the_database_is_not_the_one_in_the_file(
    engine: Engine, file: SealFile, add: Callable[[int], None], tmp_path: Path
) -> None:
    sealed_nights(engine, file, add, 3, 4)
    forged = update(consent_records).where(consent_records.c.id == 2).values(channel="form")
    run(engine, forged, delete(consent_seals))
    seal(engine, SealFile(tmp_path / "forged.seals"), NOW)

    difference = verify(engine, file).difference

    assert difference is not None
    assert difference.record == 2
    with pytest.raises(SealsError, match="newsletter doctor"):
        seal(engine, file, NOW)


def test_p_01_seals_that_were_removed_with_their_records_are_missed(
    engine: Engine, file: SealFile, add: Callable[[int], None]
) -> None:
    sealed_nights(engine, file, add, 3, 4)
    run(
        engine,
        delete(consent_records).where(consent_records.c.id > 3),
        delete(consent_seals).where(consent_seals.c.id == 2),
    )

    difference = verify(engine, file).difference

    assert difference is not None
    assert difference.record == 4
    assert "1 seals of theirs are gone" in difference.message


def test_without_the_file_the_seal_is_named_that_does_not_hold(
    engine: Engine, file: SealFile, add: Callable[[int], None]
) -> None:
    sealed_nights(engine, file, add, 3, 4)
    file.path.unlink()
    run(engine, update(consent_records).where(consent_records.c.id == 5).values(channel="form"))

    difference = verify(engine, file).difference

    assert difference is not None
    assert "records 4 to 7: seal 2 does not fit" in difference.message


def test_a_seal_that_a_crash_kept_from_the_file_is_written_the_next_time(
    engine: Engine, file: SealFile, add: Callable[[int], None]
) -> None:
    sealed_nights(engine, file, add, 3, 4)
    whole = file.path.read_text()
    file.path.write_text(whole[: len(whole) * 2 // 3])  # its last line is torn

    seal(engine, file, NOW)

    assert len(file.seals()) == 2
    assert verify(engine, file).holds


def test_a_seal_that_two_processes_wrote_down_counts_once(
    engine: Engine, file: SealFile, add: Callable[[int], None]
) -> None:
    sealed_nights(engine, file, add, 3, 4)
    file.append(file.seals()[0])

    add(1)
    seal(engine, file, NOW)

    assert len(file.seals()) == 3
    assert verify(engine, file).holds


def test_a_blanked_payload_breaks_no_seal(engine: Engine, file: SealFile, add: Callable[[int], None]) -> None:
    sealed_nights(engine, file, add, 3)
    with engine.begin() as connection:
        for row in connection.execute(select(consent_records)).all():
            blank = {"payload": "", "payload_hash": hash_of_payload(row.payload)}
            connection.execute(update(consent_records).where(consent_records.c.id == row.id).values(**blank))

    assert verify(engine, file).holds


def test_a_chain_goes_on_from_a_restored_backup(
    engine: Engine, file: SealFile, add: Callable[[int], None]
) -> None:
    sealed_nights(engine, file, add, 3, 4)
    run(
        engine,
        delete(consent_records).where(consent_records.c.id > 3),
        delete(consent_seals).where(consent_seals.c.id == 2),
    )
    newest = storage.newest_seal(engine)
    assert newest is not None
    file.note_restored(newest.seal, NOW)

    add(2)
    seal(engine, file, NOW)

    assert verify(engine, file).holds
    assert len(file.seals()) == 2


def test_many_records_are_sealed_in_parts(engine: Engine, file: SealFile, add: Callable[[int], None]) -> None:
    add(RECORDS_A_SEAL + 1)

    assert seal(engine, file, NOW) == RECORDS_A_SEAL + 1
    assert (verify(engine, file).seals, verify(engine, file).sealed) == (2, RECORDS_A_SEAL + 1)
