"""From a content folder to sent mails, as a person types it."""

import json
import re
from pathlib import Path

from tests.command_line import Run, body, mails, next_issue


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
    item = min((sample / "content" / "news").glob("*.md"))
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


def test_what_was_sent_is_not_due_any_more(run: Run, with_readers: Path) -> None:
    issue = next_issue(run, with_readers)
    run("send", issue, "--yes", at=with_readers)

    rows = json.loads(run("calendar", "--count", "2", "--json", at=with_readers).out)

    assert issue not in {row["issue"] for row in rows}
    assert len(rows) == 2
