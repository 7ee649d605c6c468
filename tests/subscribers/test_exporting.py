"""Readers as a file, and back again."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, update

from subscribers.audit import Errand
from subscribers.exporting import COLUMNS, Format, exported
from subscribers.formulas import defused, fused
from subscribers.selection import Group, Selection
from subscribers.storage import AuditStorage, RollStorage, subscribers, subscriptions
from tests.subscribers.browser import NOW, AddReader
from tests.subscribers.importing import EVIDENCE, Import


@pytest.fixture
def roll(engine: Engine) -> RollStorage:
    return RollStorage(engine)


def text(roll: RollStorage, to: Format = Format.CSV, **chosen: Any) -> str:
    return b"".join(exported(roll.all(Selection(**chosen)), to)).decode()


def rows(roll: RollStorage, **chosen: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text(roll, **chosen), newline="")))


def choose(engine: Engine, digest: str, topics: str) -> None:
    with engine.begin() as connection:
        connection.execute(
            update(subscriptions).where(subscriptions.c.digest == digest).values(topics=topics)
        )


def test_json_lines_have_the_shape_of_the_contract(
    roll: RollStorage, engine: Engine, add_reader: AddReader
) -> None:
    add_reader("a@example.org", digests=("monthly", "weekly"))
    choose(engine, "weekly", '["green"]')
    add_reader(
        "b@example.org",
        digests=(),
        state="unsubscribed",
        unsubscribed_at=NOW,
        suppressed="complaint",
        confirmed_at=None,
    )

    first, second = map(json.loads, text(roll, Format.JSON_LINES).splitlines())

    assert first == {
        "email": "a@example.org",
        "state": "active",
        "lang": "en",
        "subscriptions": [
            {"digest": "monthly", "topics": None},
            {"digest": "weekly", "topics": ["green"]},
        ],
        "created_at": "2026-08-23T09:00:00Z",
        "confirmed_at": "2026-08-24T09:00:00Z",
        "unsubscribed_at": None,
        "suppressed": None,
    }
    assert (second["state"], second["suppressed"], second["confirmed_at"], second["subscriptions"]) == (
        "unsubscribed",
        "complaint",
        None,
        [],
    )


@pytest.mark.parametrize("to", Format)
def test_an_empty_database_gives_an_empty_file(roll: RollStorage, to: Format) -> None:
    header = ",".join(f'"{name}"' for name in COLUMNS) + "\r\n"

    assert text(roll, to) == (header if to == Format.CSV else "")


@pytest.mark.parametrize("sign", ["=", "-", "+"])
def test_w_31_an_address_that_is_a_formula_is_none_in_a_spreadsheet(
    roll: RollStorage, add_reader: AddReader, sign: str
) -> None:
    add_reader(f"{sign}cmd|calc@example.org")

    line = text(roll).splitlines()[1]

    assert line.startswith(f'"\'{sign}cmd|calc@example.org",')


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_w_31_every_sign_that_makes_a_formula_is_defused(sign: str) -> None:
    assert defused(f"{sign}1") == f"'{sign}1"


def test_w_31_every_field_is_in_quotes_and_lines_end_as_rfc_4180_wants(
    roll: RollStorage, add_reader: AddReader
) -> None:
    add_reader()

    lines = text(roll).split("\r\n")

    assert lines[-1] == ""
    assert all(line.startswith('"') and line.endswith('"') for line in lines[:-1])
    assert [line.count('","') + 1 for line in lines[:-1]] == [len(COLUMNS)] * 2


@given(st.text(alphabet="'=+-@\t ax＝", max_size=8))
def test_what_was_defused_can_be_had_back(cell: str) -> None:
    assert fused(defused(cell)) == cell


def test_an_import_of_our_own_export_gives_the_same_readers_back(
    roll: RollStorage, engine: Engine, add_reader: AddReader, importing: Import
) -> None:
    add_reader("Both@example.org", digests=("monthly", "weekly"), lang="fr")
    choose(engine, "weekly", '["finance","green"]')
    add_reader("=cmd|calc@example.org", lang="de")
    add_reader("'=quoted@example.org")
    add_reader("left@example.org", digests=(), state="unsubscribed", unsubscribed_at=NOW)
    add_reader("no@example.org", digests=(), suppressed="complaint", state="unsubscribed")
    before = {key: value.topics for key, value in _readers(roll)["Both@example.org"].wanted.items()}
    active, left, never = (
        text(roll, group=group) for group in (Group.ACTIVE, Group.UNSUBSCRIBED, Group.SUPPRESSED)
    )
    with engine.begin() as connection:
        connection.execute(delete(subscribers))

    importing(active, treat_as="active", **EVIDENCE)
    importing(left, treat_as="unsubscribed")
    importing(never, treat_as="complained")

    after = _readers(roll)
    assert {(email, each.lang, each.state, each.suppressed) for email, each in after.items()} == {
        ("Both@example.org", "fr", "active", None),
        ("=cmd|calc@example.org", "de", "active", None),
        ("'=quoted@example.org", "en", "active", None),
        ("left@example.org", "en", "unsubscribed", "unsubscribed"),
        ("no@example.org", "en", "unsubscribed", "complaint"),
    }
    assert {key: value.topics for key, value in after["Both@example.org"].wanted.items()} == before


def _readers(roll: RollStorage) -> dict[str, Any]:
    return {reader.email: reader for reader in roll.all(Selection())}


def test_different_topics_for_different_digests_take_a_row_each(
    roll: RollStorage, engine: Engine, add_reader: AddReader
) -> None:
    add_reader("a@example.org", digests=("daily", "monthly", "weekly"))
    choose(engine, "weekly", '["finance","green"]')

    assert [(row["digests"], row["topics"]) for row in rows(roll)] == [
        ("daily;monthly", ""),
        ("weekly", "finance;green"),
    ]


def test_every_reader_is_there_once_however_many_slices_it_takes(
    roll: RollStorage, engine: Engine, add_reader: AddReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("subscribers.storage.roll._SLICE", 3)
    for _ in range(8):
        add_reader(digests=("monthly", "weekly"))

    assert [reader.id for reader in roll.all(Selection())] == list(range(1, 9))


@pytest.fixture
def crowd(add_reader: AddReader, engine: Engine) -> None:
    add_reader("active@example.org", digests=("weekly",))
    add_reader("all_topics@example.org")
    add_reader("pending@example.eu", state="pending")
    add_reader("paused@example.eu", state="paused", paused_until=NOW + timedelta(days=1))
    add_reader("left@sub.example.org", state="unsubscribed", digests=())
    add_reader("bounced@example.org", suppressed="bounce")
    choose(engine, "weekly", '["green"]')


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ({"group": Group.ACTIVE}, {"active", "all_topics"}),
        ({"group": Group.PENDING}, {"pending"}),
        ({"group": Group.PAUSED}, {"paused"}),
        ({"group": Group.UNSUBSCRIBED}, {"left"}),
        ({"group": Group.SUPPRESSED}, {"bounced"}),
        ({"digest": "weekly"}, {"active"}),
        ({"topic": "green", "group": Group.ACTIVE}, {"active", "all_topics"}),
        ({"topic": "finance", "group": Group.ACTIVE}, {"all_topics"}),
        ({"topic": "gree", "digest": "weekly"}, set()),
        ({"domain": "example.org"}, {"active", "all_topics", "bounced"}),
        ({"domain": "example_org"}, set()),
        ({"domain": "%"}, set()),
        ({}, {"active", "all_topics", "pending", "paused", "left", "bounced"}),
    ],
)
def test_a_selection_is_who_fits_all_of_it(
    roll: RollStorage, chosen: dict[str, Any], found: set[str]
) -> None:
    errand = Errand(actor="operator", at=NOW)

    latest, total = roll.latest(Selection(**chosen), 10, errand)

    assert {reader.email.partition("@")[0] for reader in roll.all(Selection(**chosen))} == found
    assert ({reader.email.partition("@")[0] for reader in latest}, total) == (found, len(found))


@pytest.mark.usefixtures("crowd")
def test_p_18_lists_and_exports_are_on_record_with_the_number_of_people(
    roll: RollStorage, engine: Engine
) -> None:
    errand = Errand(actor="operator", at=NOW)

    roll.latest(Selection(), 2, errand)
    roll.begin_export(Selection(group=Group.ACTIVE, digest="monthly"), errand)

    listed, export = AuditStorage(engine).records(limit=10)
    assert (listed.action, listed.people, listed.details) == ("list", 2, {})
    assert (export.action, export.people, export.details) == (
        "export",
        1,
        {"state": "active", "digest": "monthly"},
    )
