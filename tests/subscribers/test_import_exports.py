"""What other systems export: known by its columns, and nobody who left there is mailed."""

import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from subscribers.errors import ImportFileError, ImportRulesError
from subscribers.importing.exports import EXPORTS, recognise
from subscribers.importing.files import Layout
from subscribers.importing.findings import REMEDIES, FindingsFile, ImportReport, Reason
from subscribers.importing.rows import row_reader
from subscribers.importing.rules import TreatAs
from subscribers.importing.standings import SUPPRESSIONS, WORDS, Standing
from subscribers.storage import consent_records
from subscribers.suppression import Suppression
from tests.subscribers.browser import WriteList
from tests.subscribers.exported import GHOST, listmonk, mailchimp, mailchimp_name
from tests.subscribers.importing import EVIDENCE, Import, rules


def test_p_14_listmonk_s_statuses_are_honoured(importing: Import) -> None:
    people = [
        ("a@example.org", "enabled"),
        ("b@example.org", "disabled"),
        ("c@example.org", "blocklisted"),
        ("d@example.org", "unconfirmed"),
        ("e@example.org", "unsubscribed"),
        ("f@example.org", "confirmed"),
    ]

    report = importing(listmonk(*people), **EVIDENCE)

    assert report == ImportReport(added=6)
    assert importing.rows("email", "state", "suppressed") == [
        ("a@example.org", "active", None),
        ("b@example.org", "unsubscribed", "unsubscribed"),
        ("c@example.org", "unsubscribed", "block"),
        ("d@example.org", "pending", None),
        ("e@example.org", "unsubscribed", "unsubscribed"),
        ("f@example.org", "active", None),
    ]


def test_p_14_without_evidence_nobody_of_an_export_is_active_and_all_are_still_to_be_asked(
    importing: Import,
) -> None:
    importing(listmonk(("a@example.org", "enabled"), ("b@example.org", "confirmed")))

    assert importing.rows("state", "asked_at") == [("pending", None)] * 2


def test_who_left_a_list_of_listmonk_is_enabled_there_and_imported_as_what_the_command_says(
    importing: Import,
) -> None:
    text = listmonk(("a@example.org", "enabled"), ("b@example.org", "blocklisted"))

    importing(text, treat_as=TreatAs.UNSUBSCRIBED)

    assert importing.rows("email", "suppressed") == [
        ("a@example.org", "unsubscribed"),
        ("b@example.org", "block"),
    ]


@pytest.mark.parametrize(
    ("part", "state", "suppressed"),
    [
        ("subscribed", "active", None),
        ("unsubscribed", "unsubscribed", "unsubscribed"),
        ("cleaned", "unsubscribed", "bounce"),
    ],
)
def test_p_14_each_of_mailchimp_s_files_says_who_is_in_it(
    importing: Import, write_list: WriteList, part: str, state: str, suppressed: str | None
) -> None:
    path = write_list(mailchimp(part, ["a@example.org"]), name=mailchimp_name(part))

    report = importing.file(path, **EVIDENCE)

    assert report == ImportReport(added=1)
    assert importing.rows("state", "suppressed") == [(state, suppressed)]


@pytest.mark.parametrize("part", ["unsubscribed", "cleaned"])
def test_mailchimp_s_people_who_must_not_be_mailed_are_known_whatever_the_file_is_called(
    importing: Import, write_list: WriteList, part: str
) -> None:
    path = write_list(mailchimp(part, ["a@example.org"]), name="subscribed_really.csv")

    importing.file(path, **EVIDENCE)

    assert importing.rows("state") == [("unsubscribed",)]


def test_mailchimp_s_files_are_known_when_its_columns_are_named_in_another_language(
    importing: Import, write_list: WriteList
) -> None:
    text = mailchimp("nonsubscribed", ["a@example.org"]).replace("Email Address", "Adresse e-mail")
    path = write_list(text, name=mailchimp_name("nonsubscribed"))

    report = importing.file(path, columns={"Adresse e-mail": "email"}, **EVIDENCE)

    assert report.refused == {Reason.NEVER_SUBSCRIBED: 1}


def test_mailchimp_s_contacts_who_never_subscribed_are_refused(
    importing: Import, write_list: WriteList
) -> None:
    path = write_list(mailchimp("nonsubscribed", ["a@example.org"]), name=mailchimp_name("nonsubscribed"))

    report = importing.file(path, **EVIDENCE)

    assert report == ImportReport(refused={Reason.NEVER_SUBSCRIBED: 1})


def test_a_renamed_file_of_mailchimp_s_has_to_be_told_what_it_is(
    importing: Import, write_list: WriteList
) -> None:
    path = write_list(mailchimp("subscribed", ["a@example.org"]), name="people.csv")

    with pytest.raises(ImportFileError, match="an export of Mailchimp, and does not say of whom"):
        importing.file(path)

    assert importing.file(path, treat_as=TreatAs.ACTIVE) == ImportReport(added=1)


def test_who_left_cannot_be_imported_as_active(importing: Import, write_list: WriteList) -> None:
    path = write_list(mailchimp("unsubscribed", ["a@example.org"]))

    with pytest.raises(ImportRulesError, match="Mailchimp's unsubscribed people: it cannot be imported"):
        importing.file(path, treat_as=TreatAs.ACTIVE)


def test_a_row_that_says_they_left_counts_more_than_the_command(importing: Import) -> None:
    importing(listmonk(("a@example.org", "blocklisted")), treat_as=TreatAs.ACTIVE)

    assert importing.rows("suppressed") == [("block",)]


@pytest.mark.parametrize("is_preview", [False, True])
@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_p_14_who_left_is_never_mailed_in_whatever_order_the_files_come(
    importing: Import, write_list: WriteList, order: tuple[int, ...], is_preview: bool
) -> None:
    everybody = [f"{letter}@example.org" for letter in "abc"]
    parts = {
        "subscribed": everybody,
        "unsubscribed": everybody[:1],
        "cleaned": everybody[:2],
    }
    files = [write_list(mailchimp(part, emails), name=mailchimp_name(part)) for part, emails in parts.items()]

    for place in order:
        importing.file(files[place], is_preview=is_preview, **EVIDENCE)

    if is_preview:
        suppressed = [known.suppressed for known in importing.remembered.values()]
        assert sorted(map(str, suppressed)) == ["None", "bounce", "bounce"]
    else:
        assert importing.audience() == {("c@example.org", None)}
        assert importing.rows("suppressed") == [("bounce",), ("bounce",), (None,)]


@pytest.mark.parametrize("statuses", list(itertools.permutations(["enabled", "blocklisted", "disabled"])))
def test_p_14_of_rows_that_differ_the_one_who_left_counts(
    importing: Import, statuses: tuple[str, ...]
) -> None:
    report = importing(listmonk(*(("a@example.org", status) for status in statuses)), **EVIDENCE)

    assert importing.rows("suppressed") == [("block",)]
    assert report == ImportReport(added=1, refused={Reason.DUPLICATE: 2})


def test_what_a_dry_run_says_of_several_files_is_what_happens(
    importing: Import, write_list: WriteList
) -> None:
    files = [
        write_list(mailchimp("subscribed", ["a@example.org", "b@example.org"]), name="subscribed_1.csv"),
        write_list(mailchimp("unsubscribed", ["b@example.org", "c@example.org"]), name="unsubscribed_1.csv"),
        write_list("email\na@example.org\nb@example.org\n", name="more.csv"),
    ]

    said = [importing.file(path, is_preview=True, **EVIDENCE) for path in files]
    done = [importing.file(path, **EVIDENCE) for path in files]

    assert said == done


def test_p_02_the_record_holds_the_other_system_s_times_and_no_network_address(
    importing: Import, write_list: WriteList, engine: Engine
) -> None:
    files = [
        write_list(mailchimp("subscribed", ["a@example.org"]), name="subscribed_1.csv"),
        write_list(mailchimp("unsubscribed", ["b@example.org"]), name="unsubscribed_1.csv"),
    ]

    for path in files:
        importing.file(path, **EVIDENCE)

    with engine.connect() as connection:
        payloads = connection.execute(
            select(consent_records.c.payload).order_by(consent_records.c.id)
        ).scalars()
        agreed, left = [json.loads(payload) for payload in payloads]
    times = {"optin_time": "2019-03-04 05:06:07", "confirm_time": "2019-03-04 06:00:00"}
    assert agreed["times"] == times
    assert left["times"] == times | {"unsub_time": "2024-01-01 00:00:00"}
    assert "192.0.2" not in json.dumps([agreed, left])


@pytest.mark.parametrize("written", ["jane@example.org", "2019-03-04", "=1+1", "2019-03-04 05:06:07 jane"])
def test_p_02_what_is_not_a_moment_does_not_get_into_the_record(
    importing: Import, engine: Engine, written: str
) -> None:
    text = listmonk(("a@example.org", "enabled"))

    importing(text.replace("2019-03-04 05:06:07.123456 +0000 +0000", written), **EVIDENCE)

    with engine.connect() as connection:
        payload = connection.execute(select(consent_records.c.payload)).scalar_one()
    assert "times" not in json.loads(payload)


def test_mailchimp_s_tags_can_be_topics(importing: Import, write_list: WriteList) -> None:
    text = mailchimp("subscribed", ["a@example.org"], tags='"""Green"",""Financial investigation"""')
    path = write_list(text, name="subscribed_1.csv")

    importing.file(path, columns={"TAGS": "topics"}, **EVIDENCE)

    assert importing.audience() == {("a@example.org", '["finance","green"]')}


@given(cell=st.text(alphabet='",;\r\n\t ab\u2028', max_size=20), mark=st.sampled_from([",", ";"]))
def test_whatever_a_cell_of_topics_holds_it_is_read(cell: str, mark: str) -> None:
    export = next(each for each in EXPORTS if each.tag_mark == mark) if mark == "," else None
    layout = Layout(delimiter=",", has_header=True, places={"email": 0, "topics": 1}, export=export)

    entry, findings = row_reader(rules(), layout)(2, ["a@example.org", cell])

    assert entry is not None or findings


def test_ghost_s_members_who_get_no_mail_are_not_mailed(importing: Import) -> None:
    rows = [
        f"1,{letter}@example.org,A,,{is_subscribed},false,,2022-01-02T03:04:05.000Z,,,"
        for letter, is_subscribed in (("a", "true"), ("b", "false"))
    ]

    importing("\n".join([GHOST, *rows]), **EVIDENCE)

    assert importing.audience() == {("a@example.org", None)}
    assert importing.rows("suppressed") == [(None,), ("unsubscribed",)]


def test_a_column_can_be_named_as_the_one_that_says_who_left(importing: Import) -> None:
    rows = [
        "a@example.org,Subscribed",
        "b@example.org,UNSUBSCRIBED",
        "c@example.org,spam",
        "d@example.org,odd",
        "e@example.org,",
    ]

    report = importing("\n".join(["email,Subscriber status", *rows]), columns={"Subscriber status": "status"})

    assert importing.rows("email", "state", "suppressed") == [
        ("a@example.org", "pending", None),
        ("b@example.org", "unsubscribed", "unsubscribed"),
        ("c@example.org", "unsubscribed", "complaint"),
    ]
    assert report.refused == {Reason.UNKNOWN_STATUS: 2}


def test_a_second_column_that_may_say_who_left_still_stops_the_import(importing: Import) -> None:
    with pytest.raises(ImportFileError, match="its column unsubscribed_at may say"):
        importing("email,kind,unsubscribed_at\na@example.org,active,\n", columns={"kind": "status"})


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.system)
def test_every_export_is_told_from_the_others(export: object) -> None:
    (known,) = [each for each in EXPORTS if each is export]

    assert recognise(name.upper() for name in known.columns) is known
    assert recognise(sorted(known.columns)[1:]) is None


def test_every_suppression_has_its_standing_and_every_word_its_meaning() -> None:
    # No other system says of whom nothing is left.
    assert {*SUPPRESSIONS.values(), Suppression.ERASED} == set(Suppression)
    assert set(WORDS.values()) == set(Standing)
    assert all(word == word.casefold() for word in WORDS)


def test_every_reason_has_a_remedy() -> None:
    assert set(REMEDIES) == set(Reason)


def test_the_report_is_for_its_owner_alone_and_no_formula(importing: Import, tmp_path: Path) -> None:
    file = FindingsFile(tmp_path / "new" / "refused.csv")
    source = importing.write("email,status\n=x\na@example.org,=1+1\n", name="=cmd.csv")

    importing.file(source, columns={"status": "status"})
    file.write(source, importing.findings)

    assert file.path.stat().st_mode & 0o777 == 0o600
    lines = file.path.read_text().splitlines()[1:]
    assert len(lines) == 2
    assert all(line.startswith("'=cmd.csv,") for line in lines)


def test_a_message_never_holds_an_address_from_a_wrong_column(importing: Import) -> None:
    importing("email,topics,lang\na@example.org,jane@example.org,joe@example.org\n")

    assert {finding.reason for finding in importing.findings} == {
        Reason.UNKNOWN_TOPIC,
        Reason.UNKNOWN_LANGUAGE,
    }
    assert not any("example.org" in finding.message for finding in importing.findings)
