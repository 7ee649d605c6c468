"""What operators do with one reader: what it changes, what it leaves on record, what is refused."""

import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select

from subscribers.addresses import normalise
from subscribers.administering import Wanted
from subscribers.audit import Errand
from subscribers.consent import Action
from subscribers.erasedfile import Remembered
from subscribers.errors import AdministrationError, KeysError, UnknownReaderError
from subscribers.keys import key_id, new_key
from subscribers.requests import Choice
from subscribers.states import State
from subscribers.storage import (
    AdministrationStorage,
    AuditStorage,
    audience,
    consent_records,
    subscribers,
    suppressed_hashes,
)
from subscribers.storage.administration import Change
from subscribers.suppression import Suppression, SuppressionKeys
from tests.subscribers.browser import NOW, AddReader

ERRAND = Errand(actor="operator", at=NOW, channel="phone", note="asked for it on Friday")
SECRETS = [new_key(), new_key()]
MONTHLY = Choice(digests=("monthly",))
WEEKLY = Choice(digests=("weekly",), topics=("green",))


@pytest.fixture
def administration(engine: Engine) -> AdministrationStorage:
    return AdministrationStorage(engine, SuppressionKeys.from_secrets(SECRETS))


def add(
    administration: AdministrationStorage, email: str, choice: Choice = MONTHLY, *, evidence: str = ""
) -> Change:
    return administration.add(
        normalise(email), choice, lang="fr", evidence=evidence, errand=ERRAND, new_ref=b"new reader 1"
    )


def suppress(
    administration: AdministrationStorage,
    email: str,
    reason: Suppression,
    remember: Callable[[Sequence[Remembered]], None] = lambda _entries: None,
) -> Change:
    return administration.suppress(
        normalise(email), reason, lang="en", errand=ERRAND, new_ref=b"new reader 2", remember=remember
    )


def erase(engine: Engine, email: str, secret: str = SECRETS[-1]) -> None:
    """Leave of an address what an erasure leaves, made with a key that is not the newest."""
    keys = SuppressionKeys.from_secrets([secret])
    row = {"hash": keys.hashes(email)[0], "key_id": key_id(secret), "reason": "erased", "at": NOW}
    with engine.begin() as connection:
        connection.execute(insert(suppressed_hashes), row)


def consents(engine: Engine) -> list[tuple[str, str, dict[str, Any]]]:
    with engine.connect() as connection:
        rows = connection.execute(select(consent_records).order_by(consent_records.c.id))
        return [(row.action, row.channel, json.loads(row.payload)) for row in rows]


def mailed(engine: Engine, digest: str = "monthly") -> set[str]:
    statement = audience(digest, NOW + timedelta(hours=1)).add_columns(subscribers.c.email)
    with engine.connect() as connection:
        return {row.email for row in connection.execute(statement)}


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


def test_a_reader_who_moves_takes_along_what_they_agreed_to(
    administration: AdministrationStorage, engine: Engine, add_reader: AddReader
) -> None:
    ref = add_reader("old@example.org")

    reader = administration.move("old@example.org", normalise("New@example.eu"), ERRAND).after.reader

    assert (reader.ref, reader.state, mailed(engine)) == (ref, State.ACTIVE, {"New@example.eu"})
    assert [payload["note"] for _, _, payload in consents(engine)] == ["asked for it on Friday"]
    assert "example" not in json.dumps(consents(engine))


def test_a_bounce_of_the_old_address_does_not_move(
    administration: AdministrationStorage, engine: Engine, add_reader: AddReader
) -> None:
    add_reader("old@example.org", suppressed="bounce", suppressed_at=NOW)

    administration.move("old@example.org", normalise("new@example.org"), ERRAND)

    assert mailed(engine) == {"new@example.org"}


@pytest.mark.parametrize("reason", [Suppression.BLOCK, Suppression.COMPLAINT])
def test_p_11_a_move_lifts_nothing_that_a_person_said(
    administration: AdministrationStorage, engine: Engine, add_reader: AddReader, reason: Suppression
) -> None:
    add_reader("old@example.org", suppressed=reason, suppressed_at=NOW)

    for new in ("new@example.org", "OLD@example.org"):
        with pytest.raises(AdministrationError, match="The old address must not be mailed"):
            administration.move("old@example.org", normalise(new), ERRAND)

    assert mailed(engine) == set()


def test_another_spelling_of_the_same_address_lifts_no_bounce(
    administration: AdministrationStorage, add_reader: AddReader
) -> None:
    add_reader("old@example.org", suppressed="bounce", suppressed_at=NOW)

    with pytest.raises(AdministrationError, match="must not be mailed"):
        administration.move("old@example.org", normalise("Old@example.org"), ERRAND)


def test_suppression_of_the_new_address_wins(
    administration: AdministrationStorage, engine: Engine, add_reader: AddReader
) -> None:
    add_reader("old@example.org")
    add_reader("no@example.org", suppressed="block", suppressed_at=NOW)
    erase(engine, "gone@example.org")

    for new in ("no@example.org", "gone@example.org"):
        with pytest.raises(AdministrationError, match="The new address"):
            administration.move("old@example.org", normalise(new), ERRAND)

    assert mailed(engine) == {"old@example.org"}


def test_nobody_moves_to_the_address_of_somebody_else(
    administration: AdministrationStorage, engine: Engine, add_reader: AddReader
) -> None:
    add_reader("old@example.org")
    add_reader("other@example.org")

    with pytest.raises(AdministrationError, match="is known already, and active"):
        administration.move("old@example.org", normalise("other@example.org"), ERRAND)

    assert mailed(engine) == {"old@example.org", "other@example.org"}


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


def test_an_address_that_is_no_reader_s_is_suppressed_too(
    administration: AdministrationStorage, engine: Engine
) -> None:
    suppress(administration, "stranger@example.org", Suppression.BLOCK)

    with pytest.raises(AdministrationError, match="must not be mailed"):
        add(administration, "stranger@example.org", evidence="form 7")


def test_a_weaker_reason_does_not_replace_a_stronger_one(
    administration: AdministrationStorage, add_reader: AddReader
) -> None:
    add_reader("r@example.org")
    suppress(administration, "r@example.org", Suppression.COMPLAINT)

    reader = suppress(administration, "r@example.org", Suppression.BOUNCE).after.reader

    assert (reader.suppressed, reader.state) == (Suppression.COMPLAINT, State.UNSUBSCRIBED)


def test_p_11_an_erased_address_that_is_suppressed_keeps_the_stronger_reason_and_no_more(
    administration: AdministrationStorage, engine: Engine
) -> None:
    erase(engine, "gone@example.org")
    journal: list[Remembered] = []

    blocked = suppress(administration, "gone@example.org", Suppression.BLOCK, journal.extend).after
    again = suppress(administration, "gone@example.org", Suppression.UNSUBSCRIBED, journal.extend).after

    assert (blocked.subscriber, again.subscriber) == (None, None)
    assert blocked.hashed is not None
    assert again.hashed is not None
    assert (blocked.hashed.reason, again.hashed.reason) == ("block", "block")
    assert [entry.reason for entry in journal] == [Suppression.BLOCK]


def test_p_11_an_operator_with_evidence_lifts_a_complaint_and_it_is_on_record(
    administration: AdministrationStorage, engine: Engine, add_reader: AddReader
) -> None:
    add_reader("r@example.org", suppressed="complaint", suppressed_at=NOW, state="unsubscribed")

    reader = administration.unsuppress("r@example.org", ERRAND).after.reader

    assert (reader.suppressed, reader.suppressed_at, reader.state) == (None, None, State.UNSUBSCRIBED)
    assert consents(engine) == [
        (
            "release",
            "operator",
            {"before": "complaint", "note": "asked for it on Friday", "reason": None, "via": "phone"},
        )
    ]


def test_an_erased_address_can_be_let_in_again(administration: AdministrationStorage, engine: Engine) -> None:
    erase(engine, "gone@example.org", SECRETS[0])
    erase(engine, "gone@example.org", SECRETS[1])

    administration.unsuppress("gone@example.org", ERRAND)

    assert add(administration, "gone@example.org").after.reader.state == State.PENDING


def test_who_is_not_suppressed_cannot_be_unsuppressed(
    administration: AdministrationStorage, add_reader: AddReader
) -> None:
    add_reader("r@example.org")

    with pytest.raises(AdministrationError, match="is not suppressed"):
        administration.unsuppress("r@example.org", ERRAND)
    with pytest.raises(UnknownReaderError, match="Nobody with this address"):
        administration.unsuppress("nobody@example.org", ERRAND)


def test_p_18_every_look_and_every_change_is_on_record_without_an_address(
    administration: AdministrationStorage, engine: Engine, add_reader: AddReader
) -> None:
    ref = add_reader("r@example.org")
    administration.find("r@example.org", ERRAND)
    administration.find("nobody@example.org", ERRAND)
    administration.change("r@example.org", Wanted(lang="fr"), ERRAND)
    administration.move("r@example.org", normalise("s@example.org"), ERRAND)
    suppress(administration, "s@example.org", Suppression.BLOCK)
    administration.unsuppress("s@example.org", ERRAND)
    administration.unsubscribe("s@example.org", None, ERRAND)
    add(administration, "s@example.org", evidence="form 7")

    records = AuditStorage(engine).records(limit=100)

    assert [(each.action, each.people, each.ref) for each in records] == [
        ("show", 1, ref),
        ("show", 0, None),
        ("set", 1, ref),
        ("move", 1, ref),
        ("suppress", 1, ref),
        ("unsuppress", 1, ref),
        ("unsubscribe", 1, ref),
        ("add", 1, ref),
    ]
    assert {(each.actor, each.channel, each.note) for each in records} == {
        ("operator", "phone", "asked for it on Friday")
    }
    assert "@" not in json.dumps([dict(each.details) for each in records])


def test_what_is_refused_leaves_nothing_behind(
    administration: AdministrationStorage, engine: Engine, add_reader: AddReader
) -> None:
    add_reader("no@example.org", suppressed="block", suppressed_at=NOW)

    with pytest.raises(AdministrationError):
        add(administration, "no@example.org", evidence="form 7")

    assert AuditStorage(engine).records(limit=100) == []
    assert consents(engine) == []


def test_the_record_is_narrowed_by_time_action_and_reader(
    administration: AdministrationStorage, engine: Engine, add_reader: AddReader
) -> None:
    add_reader("r@example.org")
    ref = add_reader("s@example.org")
    administration.find("r@example.org", Errand(actor="operator", at=NOW - timedelta(days=2)))
    administration.find("s@example.org", ERRAND)
    administration.unsubscribe("s@example.org", None, ERRAND)
    audit = AuditStorage(engine)

    assert [each.action for each in audit.records(limit=1)] == ["unsubscribe"]
    assert len(audit.records(since=NOW - timedelta(days=1), limit=100)) == 2
    assert {each.ref for each in audit.records(key="s@example.org", limit=100)} == {ref}
    assert [each.action for each in audit.records(action="show", limit=100)] == ["show", "show"]
    assert audit.records(key="nobody@example.org", limit=100) == []
