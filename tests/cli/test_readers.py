"""`newsletter subscribers …` as an operator meets it: what is said, where it goes, how it ends."""

import csv
import io
import json
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest
from sqlalchemy import delete, insert

from newsletter.app import open_project
from newsletter.app.account import account
from newsletter.cli.readers_changing import Reason
from newsletter.cli.readers_looking import State
from subscribers.keys import key_id
from subscribers.selection import Group
from subscribers.storage import subscribers, suppressed_hashes
from subscribers.suppression import Suppression, SuppressionKeys
from tests.cli.standing import Standing, change
from tests.command_line import READERS, Run

READER = "evidence@example.org"


def records(run: Run, project: Path) -> list[dict[str, Any]]:
    """Return what is on record since the readers were imported."""
    found = json.loads(run("subscribers", "audit", "--json", at=project).out)
    assert [each["action"] for each in found[:2]] == ["import-begun", "import"]
    return list(found[2:])


def shown(run: Run, project: Path, address: str = READER, *options: str) -> dict[str, Any]:
    return dict(json.loads(run("subscribers", "show", address, "--json", *options, at=project).out))


def test_an_address_is_masked_unless_somebody_asks_for_it(run: Run, with_readers: Path) -> None:
    masked = run("subscribers", "show", READER, at=with_readers)
    revealed = run("subscribers", "show", READER, "--reveal", at=with_readers)

    assert (masked.status, revealed.status) == (0, 0)
    assert READER not in masked.out + masked.err
    assert "e•••@e•••.org" in masked.out
    assert READER in revealed.out
    assert READER in shown(run, with_readers, READER, "--reveal")["email"]


def test_what_is_known_of_a_reader_is_shown(run: Run, with_readers: Path) -> None:
    said = run("subscribers", "show", READER, at=with_readers).out

    assert all(
        word in said for word in ("active", "language", "en", "monthly", "evidence, since", "confirmed")
    )
    assert [each["topics"] for each in shown(run, with_readers)["subscriptions"]] == [["evidence"]]


def test_an_unknown_address_is_said_to_be_unknown(run: Run, with_readers: Path) -> None:
    result = run("subscribers", "show", "nobody@example.org", at=with_readers)

    assert (result.status, result.out) == (1, "")
    assert "Nobody with this address is known." in result.err


@pytest.mark.parametrize(
    "address", ["nonsense", "", "a@b", "two@example.org, three@example.org", "\x1b[2J@x.eu"]
)
def test_what_is_no_address_is_a_misuse(run: Run, with_readers: Path, address: str) -> None:
    result = run("subscribers", "show", address, at=with_readers)

    assert (result.status, result.out) == (2, "")
    assert all(character.isprintable() or character == "\n" for character in result.err)


def test_o_29_an_address_of_two_alphabets_is_told_from_what_it_looks_like(
    run: Run, with_readers: Path
) -> None:
    lookalike = "reader@exаmple.org"  # the second a is Cyrillic
    run("subscribers", "add", lookalike, at=with_readers)

    said = run("subscribers", "show", lookalike, "--reveal", at=with_readers).out
    listed = run("subscribers", "list", "--reveal", at=with_readers).out

    assert "Mixes alphabets" in said
    assert "reader@xn--exmple-4nf.org" in said
    assert "reader@xn--exmple-4nf.org" in listed
    assert "exаmple" not in said + listed
    assert shown(run, with_readers, lookalike)["mixed_script_domain"] == "xn--exmple-4nf.org"


def test_of_an_erased_address_it_is_said_that_only_a_hash_is_kept(run: Run, with_readers: Path) -> None:
    project = open_project(with_readers)
    secret = project.settings.suppression_keys[0].reveal()
    keys = SuppressionKeys.from_secrets([secret])
    row = {
        "hash": keys.hashes(READER)[0],
        "key_id": key_id(secret),
        "reason": "erased",
        "at": datetime.now(UTC),
    }
    with project.engine.begin() as connection:
        connection.execute(delete(subscribers).where(subscribers.c.email == READER))
        connection.execute(insert(suppressed_hashes), row)

    told = run("subscribers", "show", READER, at=with_readers)
    value = shown(run, with_readers)

    assert told.status == 0
    assert told.out.startswith("Only a keyed hash is kept (erased, since ")
    assert "it is never mailed" in told.out
    assert (value["hashed"]["reason"], value["issues"], set(value)) == ("erased", [], {"hashed", "issues"})


@pytest.mark.parametrize("standing", ["sent"], indirect=True)
def test_the_last_issues_say_what_became_of_them(run: Run, standing: Standing) -> None:
    (issue,) = shown(run, standing.project)["issues"]

    assert (issue["issue"], issue["outcome"], issue["words"]) == (standing.issue, "accepted", "")
    assert standing.issue in run("subscribers", "show", READER, at=standing.project).out


BOUNCED = r"""UPDATE deliveries SET outcome = 'bounced',
    outcome_reason = '550 5.1.1 <script>' || char(27) || '[31mno such user' || char(155) || char(8238) || 'x'"""


@pytest.mark.parametrize("standing", ["sent"], indirect=True)
def test_w_30_the_words_of_a_server_cannot_speak_to_the_terminal(run: Run, standing: Standing) -> None:
    change(standing.project, BOUNCED)

    result = run("subscribers", "show", READER, at=standing.project)
    (issue,) = shown(run, standing.project)["issues"]

    assert "bounced" in result.out
    assert r"550 5.1.1 <script>\x1b[31mno such user\x9b\u202ex" in " ".join(result.out.split())
    assert all(character.isprintable() or character == "\n" for character in result.out)
    assert (issue["outcome"], issue["words"].isprintable()) == ("bounced", True)


def test_a_reader_who_is_added_is_asked_first(run: Run, with_readers: Path) -> None:
    added = run("subscribers", "add", "new@example.org", "--lang", "fr-BE", at=with_readers)

    assert added.out == "n•••@e•••.org: pending; monthly; fr\n"
    assert "They are asked by mail" in added.err


def test_a_reader_with_evidence_is_active_at_once(run: Run, with_readers: Path) -> None:
    arguments = ("new@example.org", "--confirmed", "--evidence", "form 7", "--topics", "AI;green")

    added = run("subscribers", "add", *arguments, at=with_readers)

    assert added.out == "n•••@e•••.org: active; monthly (ai, green); en\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "new@example.org", "--confirmed"), "--confirmed and --evidence go together"),
        (("add", "new@example.org", "--evidence", "form"), "--confirmed and --evidence go together"),
        (("add", "new@example.org", "--digests", "monthyl"), "Did you mean `monthly`?"),
        (("add", "new@example.org", "--topics", "gren"), "Did you mean `green`?"),
        (("add", "new@example.org", "--lang", "xx"), "it has en, fr"),
        (("add", "abuse@example.org"), "This mailbox is not read by a person"),
        (("set", READER), "What is to be set?"),
        (("set", READER, "--paused-until", "soon"), "write 2026-12-01"),
        (("move", READER, "new@example.org"), "Say with --note how the reader asked"),
        (("move", READER, "new", "--note", "a letter"), "@-sign"),
        (("suppress", READER, "--reason", "whim"), "complaint"),
        (("unsuppress", READER), "Say with --note what shows it"),
        (("erase", "nonsense", "--yes"), "@-sign"),
        (("show", "nonsense", "--evidence"), "@-sign"),
        (("list", "--digest", "none"), "No digest is called none"),
        (("list", "--topic", "none"), "No topic is called none"),
        (("list", "--domain", "no domain"), "--domain no domain"),
        (("list", "--limit", "0"), "--limit"),
        (("list", "--state", "asleep"), "unsubscribed"),
        (("audit", "--since", "then"), "--since then: write 2026-12-01"),
        (("audit", "--reader", "nonsense"), "@-sign"),
    ],
)
def test_what_cannot_be_asked_for_is_a_misuse_and_changes_nothing(
    run: Run, with_readers: Path, arguments: tuple[str, ...], said: str
) -> None:
    before = run("subscribers", "export", at=with_readers).out

    result = run("subscribers", *arguments, at=with_readers)

    assert (result.status, result.out) == (2, "")
    assert said in result.err
    assert run("subscribers", "export", at=with_readers).out == before


def test_changes_are_told_in_a_line_each(run: Run, with_readers: Path) -> None:
    done = [
        run("subscribers", *arguments, at=with_readers)
        for arguments in (
            ("set", READER, "--topics", "all", "--lang", "fr"),
            ("set", READER, "--lang", "fr"),
            ("move", READER, "new@example.eu", "--note", "a letter"),
            ("suppress", "new@example.eu", "--reason", "bounce"),
            ("unsuppress", "new@example.eu", "--note", "a call"),
            ("unsubscribe", "new@example.eu"),
        )
    ]

    assert [each.out for each in done] == [
        "e•••@e•••.org: active; monthly; fr\n",
        "e•••@e•••.org: active; monthly; fr (as before)\n",
        "n•••@e•••.eu: active; monthly; fr\n",
        "n•••@e•••.eu: suppressed (bounce); monthly; fr\n",
        "n•••@e•••.eu: active; monthly; fr\n",
        "n•••@e•••.eu: unsubscribed; no digest; fr\n",
    ]


def test_what_an_operator_did_is_on_record_without_an_address(run: Run, with_readers: Path) -> None:
    note = "mail of\nold@example.org, \x1b[31m 3 March"
    run("subscribers", "unsubscribe", READER, "--channel", "mail", "--note", note, at=with_readers)

    (record,) = records(run, with_readers)
    (told, *why) = run("subscribers", "audit", "--action", "unsubscribe", at=with_readers).out.splitlines()

    assert (record["action"], record["actor"], record["people"], record["channel"]) == (
        "unsubscribe",
        account(),
        1,
        "mail",
    )
    assert record["note"] == r"mail of … \x1b[31m 3 March"
    assert record["reader"] == shown(run, with_readers)["reader"]
    assert f"unsubscribe  reader {record['reader']}" in told
    assert why == [r"  by mail; mail of … \x1b[31m 3 March"]
    with sqlite3.connect(with_readers / "var" / "newsletter.db") as connection:
        assert "old@example.org" not in "\n".join(connection.iterdump())


def test_p_18_looking_is_on_record_too(run: Run, with_readers: Path) -> None:
    run("subscribers", "show", READER, at=with_readers)
    run("subscribers", "list", "--state", "active", "--limit", "2", at=with_readers)
    run("subscribers", "export", "--digest", "monthly", at=with_readers)

    found = [(each["action"], each["people"], each["details"]) for each in records(run, with_readers)]

    assert found == [
        ("show", 1, {}),
        ("list", 2, {"state": "active"}),
        ("export", 3, {"digest": "monthly"}),
    ]


def test_an_import_is_on_record_and_a_dry_run_is_not(run: Run, with_readers: Path) -> None:
    run("subscribers", "import", "readers.csv", "--dry-run", at=with_readers)

    begun, ended = json.loads(run("subscribers", "audit", "--json", at=with_readers).out)

    assert (begun["action"], begun["people"], begun["details"]) == (
        "import-begun",
        0,
        {"files": ["readers.csv"]},
    )
    assert (ended["action"], ended["people"], ended["details"]["added"]) == ("import", 3, 3)


def test_an_import_that_is_killed_is_on_record(run: Run, with_readers: Path) -> None:
    rows = "".join(f"r{number}@example.org\n" for number in range(60_000))
    (with_readers / "long.csv").write_text(f"email\n{rows}")
    command = [sys.executable, "-m", "newsletter", "subscribers", "import", "long.csv"]
    with subprocess.Popen(command, cwd=with_readers) as importing:
        while importing.poll() is None and people(with_readers) < 1_000:
            time.sleep(0.05)
        importing.kill()

    (record,) = records(run, with_readers)

    assert people(with_readers) < 60_003
    assert (record["action"], record["actor"], record["details"]) == (
        "import-begun",
        account(),
        {"files": ["long.csv"]},
    )


def people(project: Path) -> int:
    with closing(sqlite3.connect(project / "var" / "newsletter.db")) as connection:
        (count,) = connection.execute("SELECT count(*) FROM subscribers").fetchone()
    return int(count)


def test_evidence_is_one_json_value_when_that_is_asked_for(run: Run, with_readers: Path) -> None:
    value = json.loads(run("subscribers", "show", READER, "--evidence", "--json", at=with_readers).out)

    ((record,),) = [each["records"] for each in value["evidence"]]
    assert (value["email"], record["action"], record["import"]["source"]) == (
        READER,
        "confirm",
        "readers.csv",
    )


def test_who_calls_to_be_left_alone_is_blocked(run: Run, with_readers: Path) -> None:
    done = run("subscribers", "suppress", READER, "--channel", "phone", at=with_readers)

    assert done.status == 0
    assert shown(run, with_readers)["suppressed"] == "block"


def test_a_script_erases_without_being_asked(run: Run, with_readers: Path) -> None:
    erased = run("subscribers", "erase", READER, at=with_readers)
    blocked = run("subscribers", "suppress", READER, "--reason", "complaint", at=with_readers)

    assert (erased.status, erased.out) == (0, "Erased.\n")
    assert blocked.out == "Only a hash of this address is kept (complaint): it is never mailed.\n"
    journal = (with_readers / "var" / "erased.journal").read_text().splitlines()
    assert [line.split()[3] for line in journal] == ["erased", "complaint"]


@pytest.mark.parametrize("standing", ["sent, in doubt"], indirect=True)
def test_p_18_who_looks_at_the_addresses_of_readers_in_doubt_is_on_record(
    run: Run, standing: Standing
) -> None:
    run("resolve", standing.issue, at=standing.project)
    run("resolve", standing.issue, "--addresses", at=standing.project)

    (record,) = records(run, standing.project)

    assert (record["action"], record["people"], record["details"]) == (
        "resolve",
        3,
        {"issue": standing.issue},
    )


def test_a_list_is_masked_and_says_how_many_there_are(run: Run, with_readers: Path) -> None:
    result = run("subscribers", "list", "--limit", "2", at=with_readers)

    assert len(result.out.splitlines()) == 2
    assert "example.org" not in result.out
    assert result.err == "The newest 2 of 3 readers; more with --limit.\n"


def test_an_empty_database_has_nobody_and_nothing(run: Run, sample: Path) -> None:
    listed = run("subscribers", "list", at=sample)
    exported = run("subscribers", "export", "--json", at=sample)

    assert (listed.status, listed.out, listed.err) == (0, "", "0 readers\n")
    assert (exported.status, exported.out) == (0, "")
    assert json.loads(run("subscribers", "list", "--json", at=sample).out) == []


def test_an_export_is_a_new_file_that_only_its_owner_can_read(run: Run, with_readers: Path) -> None:
    result = run("subscribers", "export", "readers.out", at=with_readers)

    file = with_readers / "readers.out"
    found = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"), newline="")))
    assert (result.status, result.out) == (0, "")
    assert "3 readers exported to readers.out" in result.err
    assert "personal data" in result.err
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [row["email"] for row in found] == [line.split(",")[0] for line in READERS.splitlines()[1:]]


def test_an_export_takes_no_other_file_s_place(run: Run, with_readers: Path) -> None:
    before = (with_readers / "newsletter.toml").read_bytes()

    result = run("subscribers", "export", "newsletter.toml", at=with_readers)

    assert (result.status, result.out) == (1, "")
    assert "is there already" in result.err
    assert (with_readers / "newsletter.toml").read_bytes() == before
    assert records(run, with_readers) == []


def test_an_export_that_breaks_off_leaves_no_file(run: Run, with_readers: Path) -> None:
    change(with_readers, "UPDATE subscribers SET state = 'nonsense' WHERE id = 3")

    with pytest.raises(ValueError, match="nonsense"):
        run("subscribers", "export", "readers.out", at=with_readers)

    assert [each.name for each in with_readers.iterdir() if "readers.out" in each.name] == []


def test_what_is_exported_to_standard_output_is_nothing_but_readers(run: Run, with_readers: Path) -> None:
    result = run("subscribers", "export", "-", "--json", at=with_readers)

    assert [json.loads(line)["state"] for line in result.out.splitlines()] == ["active"] * 3
    assert "3 readers exported." in result.err


def test_the_commands_offer_every_state_and_reason_there_is() -> None:
    assert list(get_args(State)) == list(Group)
    # To erase somebody is a command of its own.
    assert {*get_args(Reason), Suppression.ERASED} == set(Suppression)
