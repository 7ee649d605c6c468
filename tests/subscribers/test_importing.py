"""Lists from files: what is taken, what is refused and why, and what never happens to who is there already."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from subscribers.errors import AddressReason, ColumnError, ImportFileError, ImportRulesError
from subscribers.importing import run
from subscribers.importing.files import read_layout, read_records
from subscribers.importing.findings import FindingsFile, ImportReport, Reason
from subscribers.importing.rows import row_reader
from subscribers.importing.rules import TreatAs
from subscribers.importing.run import import_file
from subscribers.storage import (
    ImportStorage,
    consent_records,
    imports,
)
from subscribers.values import topics_from_text, topics_to_text
from tests.subscribers.browser import NOW, WriteList
from tests.subscribers.importing import EVIDENCE, Import, rules


def test_p_14_without_evidence_people_wait_for_their_own_confirmation(importing: Import) -> None:
    report = importing("email,lang\nJane@Example.org,fr\n")

    assert report == ImportReport(added=1)
    assert importing.rows("email", "email_key", "lang", "state", "confirmed_at") == [
        ("Jane@example.org", "jane@example.org", "fr", "pending", None)
    ]
    assert importing.audience() == set()


def test_p_14_with_evidence_people_are_active_and_each_has_a_record_of_it(
    importing: Import, engine: Engine
) -> None:
    importing('email;topics\na@example.org;"green;Financial investigation"\nb@example.org;\n', **EVIDENCE)

    assert importing.audience() == {("a@example.org", '["finance","green"]'), ("b@example.org", None)}
    with engine.connect() as connection:
        records = connection.execute(select(consent_records).order_by(consent_records.c.id)).all()
        batch = connection.execute(select(imports)).one()
    assert {record.subscriber_ref for record in records} == {ref for (ref,) in importing.rows("ref")}
    assert {(record.action, record.channel, record.at) for record in records} == {("confirm", "import", NOW)}
    assert json.loads(records[0].payload)["import"] == batch.id
    assert (batch.source, batch.evidence) == ("readers.csv", EVIDENCE["evidence"])
    assert json.loads(batch.counts)["added"] == 2


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"is_confirmed": True, "evidence": " "}, "confirmed only with evidence: say how they agreed"),
        ({**EVIDENCE, "treat_as": TreatAs.BOUNCED}, "bounced cannot be confirmed as well"),
        ({"columns": {"Mail": "adress"}}, "the fields are email, lang, topics, digests"),
    ],
)
def test_p_14_evidence_is_needed_and_what_does_not_fit_together_cannot_be_asked_for(
    values: dict[str, Any], said: str
) -> None:
    with pytest.raises(ImportRulesError, match=said):
        rules(**values)


def test_a_column_that_the_file_does_not_have_cannot_be_asked_for(
    importing: Import, write_list: WriteList
) -> None:
    path = write_list("email\n")

    with pytest.raises(ImportRulesError, match="has no column Taal, which is to be lang; it has email"):
        importing.file(path, columns={"Taal": "lang"})


@pytest.mark.parametrize("text", ["name,surname\n", "email,e-mail\n"])
def test_a_file_whose_columns_are_unclear_says_which_field_to_name(
    importing: Import, write_list: WriteList, text: str
) -> None:
    path = write_list(text)

    with pytest.raises(ColumnError) as caught:
        importing.file(path)

    assert caught.value.field == "email"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("start", ["", "\ufeff", "\n"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_commas_semicolons_and_tabs_part_the_fields(
    importing: Import, delimiter: str, start: str, end: str
) -> None:
    lines = [
        ["E-Mail Address", "Language", "Note"],
        ["a@example.org", "fr", '"two\nlines"'],
        ["b@example.org", "", ""],
    ]

    importing(start + end.join(delimiter.join(line) for line in lines))

    assert importing.rows("email", "lang") == [("a@example.org", "fr"), ("b@example.org", "en")]


def test_a_bare_list_of_addresses_needs_no_header(importing: Import) -> None:
    assert importing("a@example.org\nb@example.org\n").added == 2


def test_columns_can_be_named_by_the_user(importing: Import) -> None:
    importing(
        "Mail,email,Taal\nold@example.org,a@example.org,fr\n", columns={"EMAIL": "email", "Taal": "lang"}
    )

    assert importing.rows("email", "lang") == [("a@example.org", "fr")]


@pytest.mark.parametrize(
    ("text", "encoding", "said"),
    [
        ("name,surname\n", "utf-8", "no column is called email. The first line says: name, surname"),
        ("", "utf-8", "readers.csv: is empty"),
        ("\ufeff\n\n", "utf-8", "readers.csv: is empty"),
        ("email,e-mail\n", "utf-8", "two columns could be email"),
        ("email\na@example.org\nj\u00f6rg@example.org\n", "latin-1", "readers.csv:3: is not UTF-8"),
        ("email\n", "utf-16", "is UTF-16. Save it as UTF-8"),
        (
            "email,opted_out\na@example.org,yes\n",
            "utf-8",
            "its column opted_out may say who must not be mailed",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_as_a_whole(
    importing: Import, write_list: WriteList, text: str, encoding: str, said: str
) -> None:
    path = write_list(text, encoding=encoding)

    with pytest.raises(ImportFileError) as caught:
        importing.file(path)

    assert said in str(caught.value)
    assert importing.rows("id") == []


def test_a_file_that_is_not_there_is_said_so(importing: Import, tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match="cannot be read"):
        importing.file(tmp_path / "none.csv")


@pytest.mark.parametrize("column", ["opted_out", "status"])
def test_a_column_that_tells_more_is_passed_over_when_the_user_knows_better(
    importing: Import, column: str
) -> None:
    assert importing(f"email,{column}\na@example.org,x\n", treat_as=TreatAs.ACTIVE).added == 1


@pytest.mark.parametrize("column", ["status", "Status", "Subscriber Status", "subscription_status"])
@pytest.mark.parametrize("treat_as", [None, TreatAs.ACTIVE])
def test_p_14_who_is_marked_as_not_to_be_mailed_never_is_though_nobody_named_the_column(
    importing: Import, column: str, treat_as: TreatAs | None
) -> None:
    words = ("active", "unsubscribed", "blocked", "bounced", "complained")

    importing(
        f"email,{column}\n" + "".join(f"{word}@example.org,{word}\n" for word in words),
        treat_as=treat_as,
        **EVIDENCE,
    )

    assert importing.rows("email", "suppressed") == [
        ("active@example.org", None),
        ("blocked@example.org", "block"),
        ("bounced@example.org", "bounce"),
        ("complained@example.org", "complaint"),
        ("unsubscribed@example.org", "unsubscribed"),
    ]
    assert {email for email, _ in importing.audience()} == {"active@example.org"}


def test_a_row_that_is_refused_for_several_reasons_counts_once(importing: Import) -> None:
    report = importing(
        "email,lang,topics,digests\n"
        "a@example.org,nl,cooking,yearly\n"
        "b@example.org,nl,green;cooking,yearly\n"
        "c@example.org,en,green,\n"
    )

    assert (report.added, sum(report.refused.values())) == (1, 2)
    assert [each.reason for each in importing.findings if each.is_refusal] == [
        Reason.UNKNOWN_TOPIC,
        Reason.UNKNOWN_DIGEST,
    ]
    assert report.notes == {Reason.UNKNOWN_DIGEST: 1, Reason.UNKNOWN_TOPIC: 1, Reason.UNKNOWN_LANGUAGE: 2}


def test_rows_that_are_refused_are_named_with_line_and_reason(importing: Import) -> None:
    report = importing(
        "email,topics,digests\n"
        "nobody,,\n"
        '"multi\nline",,\n'
        "a@example.org,cooking,\n"
        "b@example.org,,yearly\n"
        '"c@example.org"x,,\n'
        "d@example.org,,\n"
        "D@Example.org,,monthly\n"
        ",,\n"
    )

    assert [(finding.line, finding.reason) for finding in importing.findings] == [
        (2, Reason.SYNTAX),
        (3, Reason.SYNTAX),
        (5, Reason.UNKNOWN_TOPIC),
        (6, Reason.UNKNOWN_DIGEST),
        (7, Reason.UNREADABLE),
        (9, Reason.DUPLICATE),
        (10, Reason.EMPTY),
    ]
    assert report.added == 1
    assert sum(report.refused.values()) == 7


def test_a_quote_that_never_closes_does_not_swallow_rows_in_silence(importing: Import) -> None:
    report = importing('email\na@example.org\n"b@example.org\nc@example.org\n')

    assert (report.added, report.refused) == (1, {Reason.UNREADABLE: 1})
    assert importing.findings[0].line == 3


def test_what_is_partly_known_is_taken_and_noted(importing: Import) -> None:
    report = importing(
        "email,lang,topics,digests\na@example.org,nl,green;cooking,weekly;yearly\nb@example.org,fr-BE,,\n",
        **EVIDENCE,
    )

    assert report.added == 2
    assert report.notes == {Reason.UNKNOWN_LANGUAGE: 1, Reason.UNKNOWN_TOPIC: 1, Reason.UNKNOWN_DIGEST: 1}
    assert importing.audience("weekly") == {("a@example.org", '["green"]')}
    assert importing.rows("lang") == [("en",), ("fr",)]


def test_look_alikes_are_noted(importing: Import) -> None:
    report = importing("email\na@ex\u0430mple.org\n")

    assert (report.added, report.notes) == (1, {Reason.MIXED_SCRIPT: 1})


def test_a_second_row_may_add_a_digest(importing: Import) -> None:
    importing("email,digests\na@example.org,monthly\nA@example.org,weekly\n", **EVIDENCE)

    assert importing.audience("monthly") == importing.audience("weekly") == {("a@example.org", None)}


@pytest.mark.parametrize("is_preview", [False, True])
def test_duplicates_are_found_however_far_apart(
    importing: Import, monkeypatch: pytest.MonkeyPatch, is_preview: bool
) -> None:
    monkeypatch.setattr(run, "READ_ROWS", 1)

    report = importing(
        "email,digests\na@example.org,\nb@example.org,\nA@example.org,\na@example.org,weekly\nb@example.org,monthly\n",
        is_preview=is_preview,
        **EVIDENCE,
    )

    assert report == ImportReport(added=2, updated=1, refused={Reason.DUPLICATE: 2})
    assert [finding.line for finding in importing.findings] == [4, 6]


def test_a_preview_says_what_the_import_does_and_writes_nothing(importing: Import, engine: Engine) -> None:
    text = "email,digests\na@example.org,\nnobody,\na@example.org,\nb@example.org,yearly\n"

    previewed = importing(text, is_preview=True)
    with engine.connect() as connection:
        assert connection.execute(select(imports)).all() == []
    assert importing.rows("id") == []

    assert importing(text) == previewed


def test_importing_again_changes_nothing(importing: Import, engine: Engine) -> None:
    text = "email,lang,topics\na@example.org,fr,green\n"
    importing(text, **EVIDENCE)
    before = importing.rows("id", "ref", "lang", "state", "created_at")

    report = import_file(
        importing.write(text.replace("fr,green", "en,finance")),
        rules=rules(**EVIDENCE),
        storage=importing.storage,
        at=NOW + timedelta(days=1),
        on_findings=importing.findings.extend,
    )

    assert report == ImportReport(unchanged=1)
    assert importing.rows("id", "ref", "lang", "state", "created_at") == before
    assert importing.audience() == {("a@example.org", '["green"]')}


def test_progress_is_told(import_storage: ImportStorage, write_list: WriteList) -> None:
    told: list[int] = []

    import_file(
        write_list("email\na@example.org\nb@example.org\n"),
        rules=rules(),
        storage=import_storage,
        at=NOW,
        on_findings=lambda findings: None,
        on_progress=told.append,
    )

    assert told == [2]


def test_findings_are_kept_in_a_file_that_names_no_address(importing: Import, tmp_path: Path) -> None:
    file = FindingsFile(tmp_path / "refused.csv")
    source = importing.write("email\nnobody\n=cmd@example\n")

    importing.file(source)
    file.write(source, importing.findings)
    file.write(source, [])

    lines = (tmp_path / "refused.csv").read_text().splitlines()
    assert lines[0] == "path,line,outcome,reason,message,remedy"
    assert [line.split(",")[:4] for line in lines[1:]] == [
        ["readers.csv", "2", "refused", "syntax"],
        ["readers.csv", "3", "refused", "syntax"],
    ]


def test_without_findings_there_is_no_file(tmp_path: Path) -> None:
    file = FindingsFile(tmp_path / "refused.csv")

    file.write(tmp_path, [])

    assert not file.is_written
    assert not (tmp_path / "refused.csv").exists()


def test_every_reason_of_an_address_is_a_reason_of_a_row() -> None:
    # Whom an operator imports, no rule of the sign-up page keeps out.
    reasons = {reason.value for reason in AddressReason} - {"not-allowed"}
    assert reasons <= {reason.value for reason in Reason}


def test_reports_of_several_files_add_up() -> None:
    one = ImportReport(added=1, refused={Reason.EMPTY: 1})

    assert one.plus(one) == ImportReport(added=2, refused={Reason.EMPTY: 2})


@given(st.none() | st.lists(st.sampled_from(["green", "finance", "ai"])))
def test_one_choice_of_topics_is_stored_as_one_text(topics: list[str] | None) -> None:
    text = topics_to_text(topics)

    assert topics_to_text(reversed(topics) if topics else topics) == text
    assert topics_from_text(text) == (None if topics is None else tuple(sorted(set(topics))))


@given(text=st.text(max_size=200))
def test_any_text_is_read_or_refused_without_a_crash(
    text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_text(f"email,lang\n{text}", encoding="utf-8", errors="surrogatepass", newline="")
    try:
        layout = read_layout(path, {})
    except ImportFileError:
        return

    read = row_reader(rules(), layout)

    for line, fields in read_records(path, layout):
        entry, findings = read(line, fields)
        assert entry is not None or findings
