"""What no import does to who is there already, or must not be mailed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, insert

from subscribers.addresses import normalise
from subscribers.consent import Channel
from subscribers.errors import KeysError
from subscribers.importing.findings import ImportReport, Reason
from subscribers.importing.merging import Change, Known, decide
from subscribers.importing.rows import Entry, Wish
from subscribers.importing.rules import TreatAs
from subscribers.importing.standings import WELCOME, Standing
from subscribers.keys import key_id, new_key
from subscribers.states import TRANSITIONS, State
from subscribers.storage import (
    ImportStorage,
    SubscriberStorage,
    suppressed_hashes,
)
from subscribers.suppression import Suppression, SuppressionKeys
from tests.subscribers.browser import NOW, AddReader, WriteList
from tests.subscribers.importing import EVIDENCE, Import


@pytest.mark.parametrize(
    ("there", "values", "report", "state"),
    [
        ({"state": "pending"}, {}, ImportReport(unchanged=1), "pending"),
        ({"state": "pending", "confirmed_at": None}, EVIDENCE, ImportReport(updated=1), "active"),
        ({"state": "active"}, {}, ImportReport(unchanged=1), "active"),
        ({"state": "paused"}, EVIDENCE, ImportReport(unchanged=1), "paused"),
        ({"state": "unsubscribed"}, EVIDENCE, ImportReport(refused={Reason.UNSUBSCRIBED: 1}), "unsubscribed"),
        (
            {"suppressed": "complaint"},
            EVIDENCE,
            ImportReport(refused={Reason.SUPPRESSED: 1}),
            "active",
        ),
        (
            {"state": "pending", "suppressed": "bounce"},
            EVIDENCE,
            ImportReport(refused={Reason.SUPPRESSED: 1}),
            "pending",
        ),
    ],
)
def test_who_is_there_keeps_what_they_have(
    importing: Import,
    add_reader: AddReader,
    there: dict[str, Any],
    values: dict[str, Any],
    report: ImportReport,
    state: str,
) -> None:
    add_reader("a@example.org", **there)

    assert importing("email\nA@EXAMPLE.org\n", **values) == report
    assert importing.rows("state", "email") == [(state, "a@example.org")]


def test_a_digest_that_was_left_is_not_reopened_and_a_new_one_needs_evidence(
    importing: Import, add_reader: AddReader, storage: SubscriberStorage
) -> None:
    ref = add_reader("a@example.org", digests=("monthly",))
    text = "email,digests\na@example.org,monthly;weekly\n"

    without = importing(text)
    with_evidence = importing(text, **EVIDENCE)
    storage.unsubscribe(ref, digest="weekly", at=NOW, channel=Channel.ONE_CLICK, scope="weekly")
    again = importing(text, **EVIDENCE)

    assert (without.unchanged, without.notes) == (1, {Reason.NEEDS_EVIDENCE: 1})
    assert with_evidence == ImportReport(updated=1)
    assert again == ImportReport(unchanged=1)
    assert importing.audience("weekly") == set()


@pytest.mark.parametrize(
    ("treat_as", "suppressed"),
    [(TreatAs.UNSUBSCRIBED, "unsubscribed"), (TreatAs.BOUNCED, "bounce"), (TreatAs.COMPLAINED, "complaint")],
)
def test_people_who_must_not_be_mailed_are_kept_as_such(
    importing: Import, add_reader: AddReader, treat_as: TreatAs, suppressed: str
) -> None:
    add_reader("a@example.org")

    report = importing("email,status\na@example.org,x\nb@example.org,x\nb@example.org,x\n", treat_as=treat_as)

    assert report == ImportReport(added=1, updated=1, refused={Reason.DUPLICATE: 1})
    assert importing.rows("suppressed", "suppressed_at") == [(suppressed, NOW)] * 2
    assert importing.audience() == set()


def test_who_left_or_complained_gets_nothing_more_and_who_bounced_keeps_their_choices(
    importing: Import, add_reader: AddReader, storage: SubscriberStorage
) -> None:
    left, bounced = add_reader("a@example.org"), add_reader("b@example.org")

    importing("email\na@example.org\n", treat_as=TreatAs.UNSUBSCRIBED)
    importing("email\nb@example.org\n", treat_as=TreatAs.BOUNCED)

    gone, kept = storage.find(left), storage.find(bounced)
    assert gone is not None
    assert kept is not None
    assert (gone.state, gone.unsubscribed_at, dict(gone.wanted)) == ("unsubscribed", NOW, {})
    assert (kept.state, kept.unsubscribed_at, set(kept.wanted)) == ("active", None, {"monthly"})


def test_who_bounced_there_and_left_here_has_left(importing: Import, add_reader: AddReader) -> None:
    add_reader("a@example.org", suppressed="bounce")

    report = importing("email\na@example.org\n", treat_as=TreatAs.UNSUBSCRIBED)

    assert report == ImportReport(updated=1)
    assert importing.rows("state", "suppressed") == [("unsubscribed", "bounce")]


def test_a_stronger_reason_replaces_a_weaker_one_and_never_the_other_way_round(importing: Import) -> None:
    reasons = []
    for treat_as in (TreatAs.BOUNCED, TreatAs.COMPLAINED, TreatAs.UNSUBSCRIBED):
        importing("email\na@example.org\n", treat_as=treat_as)
        reasons += importing.rows("suppressed")

    assert reasons == [("bounce",), ("complaint",), ("complaint",)]


@pytest.mark.parametrize("values", [{}, EVIDENCE, {"treat_as": TreatAs.BOUNCED}])
def test_an_erased_address_stays_erased(
    engine: Engine, write_list: WriteList, values: dict[str, Any]
) -> None:
    old, new = new_key(), new_key()
    importing = Import(ImportStorage(engine, SuppressionKeys.from_secrets([new, old])), write_list, engine)
    used = SuppressionKeys.from_secrets([old])
    with engine.begin() as connection:
        connection.execute(
            insert(suppressed_hashes),
            {
                "hash": used.hashes("a@example.org")[0],
                "key_id": key_id(old),
                "reason": "erased",
                "at": NOW,
            },
        )

    report = importing("email\nA@example.org\nb@example.org\n", **values)

    assert report.added == 1
    assert report.refused == ({} if "treat_as" in values else {Reason.SUPPRESSED: 1})
    assert importing.rows("email") == [("b@example.org",)]


def test_who_asked_again_after_an_erasure_and_complained_elsewhere_is_suppressed(
    engine: Engine, write_list: WriteList, add_reader: AddReader
) -> None:
    keys = SuppressionKeys.from_secrets([new_key()])
    hashed = {
        "hash": keys.hashes("a@example.org")[0],
        "key_id": keys.newest_id,
        "reason": "erased",
        "at": NOW,
    }
    with engine.begin() as connection:
        connection.execute(insert(suppressed_hashes), hashed)
    add_reader("a@example.org", state="pending", confirmed_at=None)
    importing = Import(ImportStorage(engine, keys), write_list, engine)

    importing("email\na@example.org\n", treat_as=TreatAs.COMPLAINED)

    assert importing.rows("state", "suppressed") == [("unsubscribed", "complaint")]


def test_without_a_key_that_was_used_nothing_is_imported(importing: Import, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(
            insert(suppressed_hashes), {"hash": b"x", "key_id": "AbCdEf", "reason": "erased", "at": NOW}
        )

    with pytest.raises(KeysError, match="AbCdEf"):
        importing("email\na@example.org\n")

    assert importing.rows("id") == []


states = st.sampled_from(State)
suppressions = st.none() | st.sampled_from(Suppression)
knowns = st.none() | st.builds(
    Known,
    ref=st.just(b"r" * 12),
    state=states,
    suppressed=suppressions,
    digests=st.frozensets(st.sampled_from(["monthly", "weekly"])),
    is_from_here=st.booleans(),
)


@given(
    knowns,
    st.sampled_from(sorted(set(Standing) - {Standing.OUTSIDER})),
    st.booleans(),
    st.lists(st.sampled_from(["monthly", "weekly"]), unique=True, min_size=1),
)
def test_p_14_no_import_ever_lifts_a_suppression_or_brings_anybody_back(
    known: Known | None, standing: Standing, is_erased: bool, digests: list[str]
) -> None:
    wish = Wish(tuple((digest, None) for digest in digests))
    entry = Entry(2, normalise("a@example.org"), "en", wish, standing)

    decision = decide(entry, known, is_erased)

    if not isinstance(decision, Change):
        return
    if is_erased:
        # Who asked again since may still be told to be somebody who must not be mailed.
        assert known is not None
        assert standing not in WELCOME
    if decision.state is not None:
        assert (known.state if known else None, decision.state) in TRANSITIONS
    if known is not None and (known.suppressed or known.state == State.UNSUBSCRIBED):
        assert decision.state in {None, State.UNSUBSCRIBED}
        assert not decision.wish.digests
        assert decision.suppressed or decision.state
    if known is not None:
        assert known.digests.isdisjoint(digest for digest, _ in decision.wish.digests)
    if standing is not Standing.ACTIVE:
        assert decision.state != State.ACTIVE
