"""From a content folder to sent mails, as a person types it."""

import json
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.command_line import Run


def next_issue(run: Run, project: Path) -> str:
    rows = json.loads(run("issues", "--json", at=project).out)
    return str(rows[0]["issue"])


def mails(project: Path, issue: str) -> dict[str, EmailMessage]:
    files = (project / "var" / "outbox" / issue).glob("*.eml")
    read = [message_from_bytes(file.read_bytes(), policy=policy.SMTP) for file in files]
    return {str(message["To"]): message for message in read}


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_items_are_listed_as_json_and_nothing_else(run: Run, sample: Path) -> None:
    result = run("items", "--json", at=sample)

    rows = json.loads(result.out)
    assert result.status == 0
    assert {row["kind"] for row in rows} == {"news", "event"}
    assert {row["lang"] for row in rows} == {"en", "fr"}
    assert all(
        set(row)
        == {
            *("key", "path", "kind", "title", "date", "summary", "link", "image", "topics", "tags", "lang"),
            *("draft", "start", "end", "location", "issue", "problems"),
        }
        for row in rows
    )


def test_three_readers_get_three_different_mails(run: Run, with_readers: Path) -> None:
    issue = next_issue(run, with_readers)

    sent = run("send", issue, "--yes", at=with_readers)

    found = mails(with_readers, issue)
    assert sent.status == 0, sent.err
    assert set(found) == {"everything@example.org", "evidence@example.org", "lectrice@example.org"}
    assert 'lang="fr"' in body(found["lectrice@example.org"], "html")
    texts = {address: body(message, "plain") for address, message in found.items()}
    assert len(texts["evidence@example.org"]) < len(texts["everything@example.org"])
    links = {str(message["List-Unsubscribe"]) for message in found.values()}
    assert len(links) == 3


def test_a_mail_of_the_outbox_brings_its_images_along(run: Run, with_readers: Path) -> None:
    issue = next_issue(run, with_readers)
    run("send", issue, "--yes", at=with_readers)

    message = mails(with_readers, issue)["everything@example.org"]

    named = set(re.findall(r'src="cid:([^"]+)"', body(message, "html")))
    carried = {str(part["Content-ID"]).strip("<>") for part in message.walk() if part["Content-ID"]}
    assert named
    assert named <= carried
    assert "slot.invalid" not in message.as_string()


def test_sending_again_sends_nothing(run: Run, with_readers: Path) -> None:
    issue = next_issue(run, with_readers)
    run("send", issue, "--yes", at=with_readers)
    before = {path: path.stat().st_mtime_ns for path in (with_readers / "var" / "outbox").rglob("*.eml")}

    again = run("send", issue, "--yes", at=with_readers)

    after = {path: path.stat().st_mtime_ns for path in (with_readers / "var" / "outbox").rglob("*.eml")}
    assert again.status == 0
    assert "nothing was sent now" in again.out
    assert after == before


def test_what_was_sent_is_not_in_the_next_issue(run: Run, with_readers: Path) -> None:
    issue = next_issue(run, with_readers)
    run("send", issue, "--yes", at=with_readers)

    rows = json.loads(run("items", "--json", at=with_readers).out)
    later = json.loads(run("issues", "--json", at=with_readers).out)[-1]

    assert {row["issue"] for row in rows if row["kind"] == "news"} == {issue}
    assert later["issue"] != issue
    assert later["state"] == "draft"
    assert later["reason"].startswith("skipped if nothing is added: ")


def test_a_dry_run_says_to_whom_and_sends_nothing(run: Run, with_readers: Path) -> None:
    issue = next_issue(run, with_readers)

    result = run("send", issue, "--dry-run", at=with_readers)

    assert result.status == 0
    assert "1 reader" in result.err
    assert not (with_readers / "var" / "outbox").exists()
    assert json.loads(run("status", issue, "--json", at=with_readers).out)["state"] == "draft"


def test_nothing_is_sent_without_an_answer(run: Run, with_readers: Path) -> None:
    issue = next_issue(run, with_readers)

    result = run("send", issue, at=with_readers)

    assert result.status == 1
    assert f"Send {issue} to 3 readers through outbox? Nobody is here to answer: add --yes" in result.err
    assert not (with_readers / "var" / "outbox").exists()


def test_without_readers_there_is_nobody_to_send_to(run: Run, sample: Path) -> None:
    result = run("send", next_issue(run, sample), "--yes", at=sample)

    assert result.status == 1
    assert "newsletter subscribers import FILE" in result.err


def test_a_broken_file_stops_the_issue_and_names_the_line(run: Run, with_readers: Path) -> None:
    issue = next_issue(run, with_readers)
    broken = with_readers / "content" / "news" / "2026-11-03-broken.md"
    broken.write_text('---\ntitle: "unclosed\n---\nText\n', encoding="utf-8")

    result = run("send", issue, "--yes", at=with_readers)

    assert result.status == 1
    assert "content/news/2026-11-03-broken.md:2:" in result.err
    assert not (with_readers / "var" / "outbox").exists()


def test_the_status_adds_up(run: Run, with_readers: Path) -> None:
    issue = next_issue(run, with_readers)
    run("send", issue, "--yes", at=with_readers)

    status = json.loads(run("status", issue, "--json", at=with_readers).out)

    assert status["state"] == "sent"
    assert status["rehearsal"] is True
    parts = ("queued", "sending", "accepted", "rejected", "unknown", "skipped")
    assert status["audience"] == sum(status[part] for part in parts) == status["accepted"] == 3


def test_building_twice_gives_the_same_bytes(run: Run, sample: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert run("build", "-o", str(tmp_path / name), at=sample).status == 0

    one, two = (
        {
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in (tmp_path / name).rglob("*")
            if path.is_file()
        }
        for name in ("one", "two")
    )

    assert one == two
    assert len(one) > 10


def test_the_manifest_tells_what_was_built(run: Run, sample: Path, tmp_path: Path) -> None:
    run("build", "-o", str(tmp_path / "built"), at=sample)
    (folder,) = (tmp_path / "built").iterdir()

    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))

    assert manifest["issue"] == folder.name
    assert re.fullmatch(r"[0-9a-f]{64}", manifest["hash"])
    for variant in manifest["variants"]:
        assert variant["html_bytes"] == (folder / variant["name"] / "message.html").stat().st_size
        assert variant["text_bytes"] == (folder / variant["name"] / "message.txt").stat().st_size
        assert set(variant["items"]) <= set(manifest["items"])


def test_a_draft_can_be_edited_and_is_followed(run: Run, with_readers: Path) -> None:
    issue = next_issue(run, with_readers)
    path = with_readers / run("draft", issue, at=with_readers).out.strip()
    text = path.read_text(encoding="utf-8")
    keys = re.findall(r"^  - (\S+)", text, flags=re.MULTILINE)
    path.write_text(
        f"---\nsubject: An editor's subject\nitems:\n  - {keys[2]}\n  - {keys[1]}\n---\nDear reader,\n"
    )

    run("send", issue, "--yes", at=with_readers)

    message = mails(with_readers, issue)["everything@example.org"]
    assert message["Subject"] == "An editor's subject"
    assert "Dear reader," in body(message, "plain")


def test_an_approval_is_voided_by_an_edit(run: Run, sample: Path) -> None:
    issue = next_issue(run, sample)
    assert run("approve", issue, "--by", "Editor", at=sample).status == 0
    approved = json.loads(run("issues", "--json", at=sample).out)[0]
    item = next((sample / "content" / "news").glob("*.md"))
    item.write_text(item.read_text(encoding="utf-8") + "\nOne more line.\n", encoding="utf-8")

    voided = json.loads(run("issues", "--json", at=sample).out)[0]

    assert approved["state"] == "approved"
    assert voided["state"] == "draft"
    assert item.name in voided["reason"]


def test_a_held_issue_is_not_sent_until_it_is_released(run: Run, with_readers: Path) -> None:
    issue = next_issue(run, with_readers)
    run("hold", issue, "--reason", 'wait for the minister: "maybe"', at=with_readers)

    refused = run("send", issue, "--yes", at=with_readers)
    run("release", issue, at=with_readers)
    sent = run("send", issue, "--yes", at=with_readers)

    assert refused.status == 1
    assert 'held: wait for the minister: "maybe"' in refused.err
    assert sent.status == 0


def test_an_issue_cancelled_before_it_began_frees_its_items(run: Run, with_readers: Path) -> None:
    issue = next_issue(run, with_readers)

    run("cancel", issue, "--yes", at=with_readers)
    refused = run("send", issue, "--yes", at=with_readers)
    rows = json.loads(run("issues", "--json", at=with_readers).out)

    assert refused.status == 1
    assert [row["state"] for row in rows] == ["cancelled", "draft"]
    assert rows[1]["items"] > 5


def test_a_test_mail_is_marked_and_leaves_no_trace(run: Run, sample: Path) -> None:
    issue = next_issue(run, sample)

    result = run("test", "--to", "me@example.org", at=sample)

    assert result.status == 0, result.err
    message = mails(sample, f"{issue}-test")["me@example.org"]
    assert "Test" in message["Subject"]
    assert message["List-Unsubscribe"] is None
    assert json.loads(run("status", issue, "--json", at=sample).out)["state"] == "draft"


def test_why_says_which_issue_has_an_item_and_why_one_has_not(run: Run, sample: Path) -> None:
    issue = next_issue(run, sample)
    rows = json.loads(run("items", "--json", at=sample).out)
    key = next(row["key"] for row in rows if row["kind"] == "news")

    has = run("why", key, at=sample)
    draft = run("new", "news", "Not finished", at=sample)
    has_not = run("why", draft.out.strip(), at=sample)

    assert f"in {issue}" in has.out
    assert "draft" in has_not.out


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("send",), 2, "Missing argument"),
        (("nonsense",), 2, "No such command"),
        (("send", "monthly-2026-13"), 1, "monthly-2026-13"),
        (("why", "news/nowhere"), 1, "There is no item"),
        (("subscribers", "import", "nowhere.csv"), 1, "nowhere.csv"),
        (("subscribers", "import", "x.csv", "--confirmed"), 2, "only with evidence"),
        (("test", "--to", "no address"), 2, "no address"),
        (("test", "--to", "me@example.org", "--variant", "xx"), 2, "There is no variant `xx`"),
        (("calendar", "--count", "0"), 2, "--count"),
    ],
)
def test_a_mistake_is_told_without_a_traceback(
    run: Run, sample: Path, arguments: tuple[str, ...], status: int, words: str
) -> None:
    (sample / "x.csv").write_text("email\na@example.org\n", encoding="utf-8")

    result = run(*arguments, at=sample)

    assert result.status == status
    assert words in result.err
    assert "Traceback" not in result.err


def test_a_weak_key_stops_sending_with_the_command_that_makes_a_good_one(
    run: Run, with_readers: Path
) -> None:
    issue = next_issue(run, with_readers)
    env = with_readers / ".env"
    env.write_text(re.sub(r"SECRET_KEYS=.*", "SECRET_KEYS=changeme", env.read_text(encoding="utf-8")))

    result = run("send", issue, "--yes", at=with_readers)

    assert result.status == 1
    assert "newsletter key" in result.err
    assert "changeme" not in result.err


def test_bare_newsletter_says_where_things_stand(run: Run, with_readers: Path, tmp_path: Path) -> None:
    inside = run(at=with_readers)
    outside = run(at=tmp_path)

    assert "Active readers: 3." in inside.out
    assert "newsletter send" in inside.out
    assert "newsletter init" in outside.out


def test_the_calendar_counts_due_times(run: Run, sample: Path) -> None:
    rows = json.loads(run("calendar", "--count", "3", "--json", at=sample).out)

    assert [row["digest"] for row in rows] == ["monthly"] * 3
    assert all(set(row) == {"digest", "issue", "due_at"} for row in rows)
    assert all(row["due_at"].endswith("Z") for row in rows)


def test_a_real_provider_does_not_count_rehearsals(run: Run, with_readers: Path) -> None:
    issue = next_issue(run, with_readers)
    run("send", issue, "--yes", at=with_readers)
    settings = with_readers / "newsletter.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(
        text.replace('name = "outbox"', 'name = "smtp"\nhost = "smtp.example.org"'), encoding="utf-8"
    )

    row = json.loads(run("issues", "--json", at=with_readers).out)[0]

    assert (row["issue"], row["state"]) == (issue, "draft")


def test_a_mistyped_provider_is_told_before_anything_is_stored(run: Run, with_readers: Path) -> None:
    issue = next_issue(run, with_readers)
    settings = with_readers / "newsletter.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('name = "outbox"', 'name = "outbx"'), encoding="utf-8")

    refused = run("send", issue, "--yes", at=with_readers)
    settings.write_text(text, encoding="utf-8")

    assert refused.status == 1
    assert "Did you mean `outbox`?" in refused.err
    assert run("send", issue, "--yes", at=with_readers).status == 0


def test_a_missing_suppression_key_stops_sending(run: Run, with_readers: Path) -> None:
    issue = next_issue(run, with_readers)
    env = with_readers / ".env"
    env.write_text(re.sub(r"SUPPRESSION_KEYS=.*", "SUPPRESSION_KEYS=", env.read_text(encoding="utf-8")))

    result = run("send", issue, "--yes", at=with_readers)

    assert result.status == 1
    assert "NEWSLETTER_SUPPRESSION_KEYS" in result.err
    assert not (with_readers / "var" / "outbox").exists()


def test_an_outbox_that_cannot_be_written_pauses_the_issue(run: Run, with_readers: Path) -> None:
    issue = next_issue(run, with_readers)
    (with_readers / "var" / "outbox").write_text("a file is in the way", encoding="utf-8")

    paused = run("send", issue, "--yes", at=with_readers)
    (with_readers / "var" / "outbox").unlink()
    run("resume", at=with_readers)
    sent = run("send", issue, "--yes", at=with_readers)

    assert paused.status == 1
    assert "cannot be written" in paused.err
    assert sent.status == 0
    assert len(mails(with_readers, issue)) == 3


def test_building_never_removes_a_folder_that_it_did_not_make(run: Run, sample: Path, tmp_path: Path) -> None:
    issue = next_issue(run, sample)
    precious = tmp_path / "out" / issue / "precious.txt"
    precious.parent.mkdir(parents=True)
    precious.write_text("mine", encoding="utf-8")

    result = run("build", "-o", str(tmp_path / "out"), at=sample)

    assert result.status == 1
    assert precious.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    "arguments",
    [("check", "monthly-9999-12"), ("build", "-o", "newsletter.toml"), ("subscribers", "import", "content")],
)
def test_nothing_that_a_person_types_gives_a_traceback(
    run: Run, sample: Path, arguments: tuple[str, ...]
) -> None:
    result = run(*arguments, at=sample)

    assert result.status == 1
    assert result.err.strip()
    assert "Traceback" not in result.err


def test_a_broken_template_hides_no_broken_content(run: Run, sample: Path) -> None:
    (sample / "templates" / "email").mkdir(parents=True)
    (sample / "templates" / "email" / "issue.mjml").write_text("{% if x %}", encoding="utf-8")
    (sample / "content" / "news" / "2026-11-01-bad.md").write_bytes(b"---\ntitle: caf\xe9\n---\nText\n")

    result = run("check", "--json", at=sample)

    problems = json.loads(result.out)["problems"]
    errors = {(problem["path"], problem["line"]) for problem in problems if problem["level"] == "error"}
    assert result.status == 1
    assert ("templates/email/issue.mjml", 1) in errors
    assert ("content/news/2026-11-01-bad.md", 2) in errors


def test_what_was_sent_is_not_due_any_more(run: Run, with_readers: Path) -> None:
    issue = next_issue(run, with_readers)
    run("send", issue, "--yes", at=with_readers)

    rows = json.loads(run("calendar", "--count", "2", "--json", at=with_readers).out)

    assert issue not in {row["issue"] for row in rows}
    assert len(rows) == 2
