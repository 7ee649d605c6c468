"""Operators add readers, change what they get, let them leave: what that changes, and what is refused."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from subscribers.administering import Wanted
from subscribers.audit import Errand
from subscribers.consent import Action
from subscribers.errors import AdministrationError, KeysError
from subscribers.keys import new_key
from subscribers.states import State
from subscribers.storage import (
    AdministrationStorage,
    subscribers,
)
from subscribers.suppression import Suppression
from tests.subscribers.browser import NOW, AddReader
from tests.subscribers.operators import ERRAND, WEEKLY, add, consents, erase, mailed


def test_who_is_added_without_evidence_is_pending_and_not_asked_yet(
    administration: AdministrationStorage, engine: Engine
) -> None:
    reader = add(administration, "New@example.org", WEEKLY).after.reader

    assert (reader.state, reader.lang, reader.email) == (State.PENDING, "fr", "New@example.org")
    assert reader.wanted["weekly"].topics == ("green",)
    with engine.connect() as connection:
        assert connection.execute(select(subscribers.c.asked_at)).scalar_one() is None
    assert consents(engine) == []


def test_who_is_added_with_evidence_is_active_and_the_evidence_is_kept(
    administration: AdministrationStorage, engine: Engine
) -> None:
    add(administration, "new@example.org", evidence="form 7")

    ((action, channel, payload),) = consents(engine)
    assert mailed(engine) == {"new@example.org"}
    assert (action, channel) == (Action.CONFIRM, "operator")
    assert payload == {
        "digests": {"monthly": None},
        "evidence": "form 7",
        "lang": "fr",
        "note": "asked for it on Friday",
        "via": "phone",
    }


def test_evidence_makes_a_pending_reader_active(
    administration: AdministrationStorage, engine: Engine, add_reader: AddReader
) -> None:
    add_reader("p@example.org", state="pending", confirmed_at=None)

    reader = add(administration, "p@example.org", WEEKLY, evidence="form 7").after.reader

    assert (reader.state, reader.confirmed_at, set(reader.wanted)) == (
        State.ACTIVE,
        NOW,
        {"monthly", "weekly"},
    )


def test_only_evidence_brings_back_who_left(
    administration: AdministrationStorage, engine: Engine, add_reader: AddReader
) -> None:
    add_reader("left@example.org", state="unsubscribed", unsubscribed_at=NOW, digests=())

    with pytest.raises(AdministrationError, match="They left"):
        add(administration, "left@example.org")
    reader = add(administration, "left@example.org", evidence="a letter").after.reader

    assert (reader.state, reader.unsubscribed_at) == (State.ACTIVE, None)
    assert mailed(engine) == {"left@example.org"}


@pytest.mark.parametrize("reason", Suppression)
def test_p_11_not_even_evidence_adds_who_must_not_be_mailed(
    administration: AdministrationStorage, engine: Engine, add_reader: AddReader, reason: Suppression
) -> None:
    add_reader("no@example.org", suppressed=reason, suppressed_at=NOW)

    with pytest.raises(AdministrationError, match="must not be mailed"):
        add(administration, "no@example.org", evidence="form 7")

    assert mailed(engine) == set()


def test_p_10_an_erased_address_is_recognised_by_an_older_key(
    administration: AdministrationStorage, engine: Engine
) -> None:
    erase(engine, "gone@example.org")

    with pytest.raises(AdministrationError, match=r"must not be mailed \(erased\)"):
        add(administration, "gone@example.org", evidence="form 7")
    assert administration.find("gone@example.org", ERRAND).hashed is not None


def test_without_a_key_that_hashes_were_made_with_nothing_is_done(
    administration: AdministrationStorage, engine: Engine
) -> None:
    erase(engine, "gone@example.org", new_key())

    with pytest.raises(KeysError, match="lacks the key"):
        add(administration, "somebody@example.org")


def test_what_is_set_is_what_they_get(
    administration: AdministrationStorage, engine: Engine, add_reader: AddReader
) -> None:
    add_reader("r@example.org")
    wanted = Wanted(lang="de", digests=("weekly",), topics=("green",))

    reader = administration.change("r@example.org", wanted, ERRAND).after.reader

    assert (reader.lang, {key: each.topics for key, each in reader.wanted.items()}) == (
        "de",
        {"weekly": ("green",)},
    )
    assert [(action, payload["digests"]) for action, _, payload in consents(engine)] == [
        ("change", {"weekly": ["green"]})
    ]


def test_a_digest_that_is_added_gets_the_topics_of_the_others(
    administration: AdministrationStorage, add_reader: AddReader
) -> None:
    add_reader("r@example.org")
    administration.change("r@example.org", Wanted(topics=("green",)), ERRAND)

    reader = administration.change(
        "r@example.org", Wanted(digests=("monthly", "weekly")), ERRAND
    ).after.reader

    assert reader.wanted["weekly"].topics == ("green",)


def test_a_digest_is_added_only_with_a_note_that_they_agreed(
    administration: AdministrationStorage, engine: Engine, add_reader: AddReader
) -> None:
    add_reader("r@example.org")
    silent = Errand(actor="operator", at=NOW)

    with pytest.raises(AdministrationError, match="say with --note how they agreed"):
        administration.change("r@example.org", Wanted(digests=("monthly", "weekly")), silent)

    assert mailed(engine, "weekly") == set()


def test_a_pause_keeps_quiet_and_is_ended_by_hand(
    administration: AdministrationStorage, engine: Engine, add_reader: AddReader
) -> None:
    add_reader("r@example.org")

    paused = administration.change(
        "r@example.org", Wanted(paused_until=NOW + timedelta(days=30)), ERRAND
    ).after.reader
    quiet = mailed(engine)
    resumed = administration.change("r@example.org", Wanted(ends_pause=True), ERRAND).after.reader

    assert (paused.state, quiet) == (State.PAUSED, set())
    assert (resumed.state, resumed.paused_until, mailed(engine)) == (State.ACTIVE, None, {"r@example.org"})


@pytest.mark.parametrize("days", [-1, 0, 400])
def test_c_01_a_pause_ends_within_a_year(
    administration: AdministrationStorage, add_reader: AddReader, days: int
) -> None:
    add_reader("r@example.org")

    with pytest.raises(AdministrationError, match="within a year"):
        administration.change("r@example.org", Wanted(paused_until=NOW + timedelta(days=days)), ERRAND)


@pytest.mark.parametrize("wanted", [Wanted(lang="fr"), Wanted(paused_until=NOW + timedelta(days=1))])
def test_nothing_is_set_of_who_left(
    administration: AdministrationStorage, add_reader: AddReader, wanted: Wanted
) -> None:
    add_reader("left@example.org", state="unsubscribed", digests=())

    with pytest.raises(AdministrationError, match="left every digest"):
        administration.change("left@example.org", wanted, ERRAND)


def test_leaving_one_digest_leaves_the_others(
    administration: AdministrationStorage, engine: Engine, add_reader: AddReader
) -> None:
    add_reader("r@example.org", digests=("monthly", "weekly"))

    administration.unsubscribe("r@example.org", "monthly", ERRAND)

    assert (mailed(engine), mailed(engine, "weekly")) == (set(), {"r@example.org"})
    assert [(action, payload["via"], payload["digests"]) for action, _, payload in consents(engine)] == [
        ("withdraw", "phone", ["monthly"])
    ]


def test_leaving_a_digest_that_they_never_had_is_refused(
    administration: AdministrationStorage, add_reader: AddReader
) -> None:
    add_reader("r@example.org")

    with pytest.raises(AdministrationError, match="They do not get weekly; they get monthly"):
        administration.unsubscribe("r@example.org", "weekly", ERRAND)
