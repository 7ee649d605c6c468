"""What an editor does from the page: the same as the commands do, only from the page itself, and told in words."""

import html
import json
import re
from collections.abc import Callable
from email import message_from_bytes
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from lxml.html import FormElement, document_fromstring

from tests.command_line import Run
from tests.preview.previewing import PATIENCE_S, Preview, an_item, saved, until

Post = Callable[..., requests.Response]


@pytest.fixture
def issue(preview: Preview) -> str:
    """The next issue, once it is shown."""
    until(lambda: 'class="name"' in preview.get().text, "a page")
    return str(re.findall(r'class="name">([^<]+)', preview.get().text)[0])


@pytest.fixture
def post(preview: Preview, issue: str) -> Post:
    """Post a form as the page itself does, and follow where it leads."""
    token = urlsplit(preview.address).path.strip("/")

    def send(path: str, /, **fields: object) -> requests.Response:
        return requests.post(
            preview.address + path,
            data={"token": token, "issue": issue, **fields},
            headers={"Origin": "null", "Sec-Fetch-Site": "same-origin"},
            timeout=PATIENCE_S,
        )

    return send


def said(answer: requests.Response) -> str:
    """Return what the page says was done, or why not."""
    found = re.search(r'<p class="(?:un)?done">(.*?)</p>', answer.text, re.DOTALL)
    return html.unescape(found[1]) if found else ""


def seen(preview: Preview) -> str:
    """Return what an approval of the shown issue would be of."""
    (found,) = re.findall(r'name="seen" value="(\w+)"', preview.get().text)
    return str(found)


def issue_file(preview: Preview, issue: str) -> Path:
    return preview.project / "content" / "issues" / f"{issue}.md"


def test_an_issue_is_approved_as_it_was_shown_and_the_approval_taken_back(
    preview: Preview, post: Post, issue: str, run: Run
) -> None:
    answer = post("do-approve", seen=seen(preview), by="Ada")

    assert said(answer) == (
        f"{issue} is approved by Ada, exactly as it is now. Written to content/issues/{issue}.md."
    )
    assert 'class="state approved"' in answer.text
    (row, *_) = json.loads(run("issues", "--json", at=preview.project).out)
    assert row["state"] == "approved"

    assert said(post("do-unapprove")).startswith(f"The approval of {issue} is taken back.")
    assert b"approval" not in issue_file(preview, issue).read_bytes()


def test_what_was_changed_since_it_was_shown_is_not_approved(
    preview: Preview, post: Post, issue: str
) -> None:
    before = seen(preview)
    item = an_item(preview.project)
    saved(item, item.read_text("utf-8") + "\nOne more sentence.\n")

    answer = post("do-approve", seen=before, by="Ada")

    assert said(answer).startswith(f"Nothing was approved: {issue} was changed after this was looked at.")
    assert not issue_file(preview, issue).exists()


@pytest.mark.parametrize("kind", ["item", "template", "settings"])
def test_while_an_earlier_state_is_shown_nothing_is_approved(
    preview: Preview, post: Post, issue: str, kind: str
) -> None:
    """What is approved is what the files make, and that is not what somebody looks at."""
    settings, item = preview.project / "newsletter.toml", an_item(preview.project)
    masthead = preview.project / "templates" / "email" / "masthead.mjml"
    masthead.parent.mkdir(parents=True)
    path, text = {
        "item": (item, item.read_text("utf-8").replace("title:", "title: One: two\nother:", 1)),
        "template": (masthead, "<mj-section>{{ nonsense</mj-section>"),
        "settings": (settings, settings.read_text("utf-8").replace("[theme]", "[theem]")),
    }[kind]
    saved(path, text)
    until(lambda: "The last good state stays" in preview.get().text, "the mistake is told")

    answer = post("do-approve", seen=seen(preview), by="Ada")

    assert said(answer).startswith("Nothing was approved: an earlier state is shown until this is mended.\n")
    assert path.relative_to(preview.project).as_posix() in said(answer)
    assert not issue_file(preview, issue).exists()


def test_an_issue_with_mistakes_is_not_approved(preview: Preview, post: Post, issue: str) -> None:
    issue_file(preview, issue).write_text("---\nnonsense: true\n---\n")
    until(lambda: "problem error" in preview.get().text, "the mistake is told")

    answer = post("do-approve", seen=seen(preview), by="Ada")

    assert said(answer).startswith(f"{issue} cannot be approved.\n")
    assert b"approval" not in issue_file(preview, issue).read_bytes()


def test_an_issue_is_held_with_a_reason_and_released(preview: Preview, post: Post, issue: str) -> None:
    assert said(post("do-hold", reason="The board: first")) == (
        f"{issue} is held: The board: first. Written to content/issues/{issue}.md."
    )
    assert issue_file(preview, issue).read_text("utf-8") == '---\nhold: "The board: first"\n---\n'
    assert said(post("do-hold", reason="  ")) == "A held issue needs a reason, on one line."

    assert said(post("do-release")).startswith(f"{issue} is released.")
    assert "has no `hold`" in said(post("do-release"))


def test_a_test_mail_to_one_person_is_sent(preview: Preview, post: Post, issue: str) -> None:
    answer = post("do-test", variant="fr", to="editor@example.org")

    assert said(answer) == (
        f"A test mail of {issue}, variant fr, was sent to editor@example.org through outbox (no mail leaves this "
        f"machine). It is in var/outbox/{issue}-test."
    )
    (mail,) = (preview.project / "var" / "outbox" / f"{issue}-test").glob("*.eml")
    assert message_from_bytes(mail.read_bytes())["To"] == "editor@example.org"


def test_without_an_address_the_editors_get_it(preview: Preview, post: Post) -> None:
    settings = preview.project / "newsletter.toml"
    assert "to editor@example.org through" in said(post("do-test", variant="en", to=" "))

    saved(settings, re.sub("editors = .*", "editors = []", settings.read_text("utf-8")))
    until(lambda: 'id="to" name="to" value=""' in preview.get().text, "the settings are read")

    assert said(post("do-test", variant="en", to=" ")).startswith("To whom?")


def test_who_would_mail_several_people_is_asked_first(preview: Preview, post: Post, issue: str) -> None:
    folder = preview.project / "var" / "outbox" / f"{issue}-test"
    to = "a@example.org, b@example.org; a@example.org"

    question = post("do-test", variant="en", to=to)
    assert "to 2 people?" in question.text
    assert not folder.exists()

    answer = post("do-test", variant="en", to="a@example.org b@example.org", confirmed="yes")
    assert "was sent to a@example.org, b@example.org" in said(answer)
    assert len(list(folder.glob("*.eml"))) == 2


def test_a_wrong_address_is_named_and_nothing_is_sent(preview: Preview, post: Post) -> None:
    assert said(post("do-test", variant="en", to="nobody")).startswith("nobody: ")
    assert not (preview.project / "var" / "outbox").exists()


def filled_in(preview: Preview, issue: str) -> dict[str, object]:
    """Return the fields of the issue file's form as a browser sends them when nothing was changed."""
    form = document_fromstring(preview.get(f"file?issue={issue}").text).find(".//form")
    assert isinstance(form, FormElement)
    fields: dict[str, list[str]] = {}
    for name, value in form.form_values():
        # A browser sends a field of one line without line breaks; those of a text as CR LF, the first of which is markup.
        is_text = name in {"introduction", "corrections"}
        sent = value.removeprefix("\n").replace("\n", "\r\n") if is_text else re.sub(r"[\r\n]", "", value)
        fields.setdefault(name, []).append(sent)
    return dict(fields)


def diff_of(answer: requests.Response) -> str:
    (found,) = re.findall(r"<pre.*?>(.*?)</pre>", answer.text, re.DOTALL)
    return html.unescape(re.sub(r"</?span.*?>", "", found)).replace("\n\n", "\n")


def test_what_will_be_written_is_shown_first_and_then_just_that_is_written(
    preview: Preview, post: Post, issue: str
) -> None:
    fields = filled_in(preview, issue) | {"subject-": "What the board decided", "introduction": "Hello."}

    draft = post("file", **fields, deed="look")
    assert diff_of(draft) == (
        f"--- /dev/null\n+++ content/issues/{issue}.md\n@@ -0,0 +1,5 @@\n+---\n"
        '+subject: "What the board decided"\n+---\n+\n+Hello.\n'
    )
    assert not issue_file(preview, issue).exists()

    answer = post("file", **fields, deed="write")
    assert said(answer) == f"{issue} is changed. Written to content/issues/{issue}.md."
    assert issue_file(preview, issue).read_text("utf-8") == (
        '---\nsubject: "What the board decided"\n---\n\nHello.\n'
    )
    assert "<h1>What the board decided</h1>" in answer.text


def test_a_form_that_was_not_changed_writes_nothing(preview: Preview, post: Post, issue: str) -> None:
    fields = filled_in(preview, issue)

    assert "Nothing would change" in post("file", **fields, deed="look").text
    assert said(post("file", **fields, deed="write")).startswith("Nothing was changed")
    assert not issue_file(preview, issue).exists()


#: What the form cannot show as it stands in the file; `{a}` and `{b}` are keys of items.
UNUSUAL = (
    "subject: {{en: A, it: B}}\n",
    "subject: |\n  Two\n  lines\n",
    "items: [{a}, news/unfinished, {b}]\n",
    "items: [{a}]\nlead: {b}\n",
    "items: [{a}, {b}]\nexclude: {b}\n",
    "items: []\n",
    "items: [news/nothing]\n",
    "lead: [news/unfinished, news/nothing]\nexclude: [news/unfinished, news/nothing]\n",
    "corrections:\n  - >-\n    On two\n    lines.\n",
    "corrections: One.\nsend_at: nonsense\n",
)


def test_of_an_unusual_file_nothing_is_changed_that_nobody_touched(
    preview: Preview, post: Post, issue: str
) -> None:
    a, b = filled_in(preview, issue)["key"][:2]  # type: ignore[index]  # a list
    (preview.project / "content" / "news" / "unfinished.md").write_text(
        "---\ntitle: U\ndraft: true\n---\nU.\n"
    )
    path, changed = issue_file(preview, issue), {}

    for text in UNUSUAL:
        path.write_text(f"---\n# Ours.\n{text.format(a=a, b=b)}---\n\nHello.\n")
        answer = post("file", **filled_in(preview, issue), deed="look")
        if "Nothing would change" not in answer.text:
            changed[text] = answer.text

    assert changed == {}


def test_an_item_that_is_listed_and_not_ready_stays_listed_when_something_else_is_changed(
    preview: Preview, post: Post, issue: str
) -> None:
    a, b = filled_in(preview, issue)["key"][:2]  # type: ignore[index]  # a list
    (preview.project / "content" / "news" / "unfinished.md").write_text(
        "---\ntitle: U\ndraft: true\n---\nU.\n"
    )
    text = f"---\n# Ours.\nitems:\n  - {a}\n  - news/unfinished  # soon\n  - {b}\n---\n\nHello.\n"
    issue_file(preview, issue).write_text(text)

    assert "Not in the issue: a draft." in preview.get(f"file?issue={issue}").text
    post("file", **(filled_in(preview, issue) | {"introduction": "New."}), deed="write")

    assert issue_file(preview, issue).read_text() == text.replace("Hello.", "New.")


def test_corrections_are_written_a_sentence_a_line(preview: Preview, post: Post, issue: str) -> None:
    text = '---\nhold: "wait"  # until noon\n---\n'
    issue_file(preview, issue).write_text(text)

    fields = filled_in(preview, issue) | {"corrections": "The fair is in May.\r\n\r\n Its hall: “B”. "}
    post("file", **fields, deed="write")

    corrected = 'corrections:\n  - "The fair is in May."\n  - "Its hall: “B”."\n'
    assert issue_file(preview, issue).read_text("utf-8") == text[:-4] + corrected + "---\n"
    assert "Nothing would change" in post("file", **filled_in(preview, issue), deed="look").text


@pytest.mark.parametrize("deed", ["look", "write"])
def test_a_file_that_was_changed_meanwhile_is_left_as_it_is(
    preview: Preview, post: Post, issue: str, deed: str
) -> None:
    fields = filled_in(preview, issue) | {"introduction": "From the form."}
    by_hand = '---\nsubject: "By hand"\n---\n'
    issue_file(preview, issue).write_text(by_hand)

    answer = post("file", **fields, deed=deed)

    assert "was changed on disk after this form was opened" in said(answer)
    assert "From the form." in answer.text
    assert issue_file(preview, issue).read_text() == by_hand


def test_items_are_put_in_order_lead_and_are_left_out(preview: Preview, post: Post, issue: str) -> None:
    fields = filled_in(preview, issue)
    first, second, third, *_ = keys = list(fields["key"])  # type: ignore[call-overload]  # a list

    moved = post("file", **fields, deed=f"down:{first}")
    assert re.findall(r'name="key" value="([^"]+)"', moved.text)[:3] == [second, first, third]
    assert re.search(r'value="fixed" checked', moved.text)
    assert f'value="down:{first}" aria-label="Move down: ' in moved.text
    (focused,) = re.findall(r'value="([^"]+)"[^>]*autofocus', moved.text)
    assert focused == f"down:{first}"

    fields |= {"key": [second, first, *keys[2:]], "choice": "fixed", "lead": [first], "out": [third]}
    post("file", **fields, deed="write")

    written = issue_file(preview, issue).read_text("utf-8")
    assert written.startswith(f"---\nitems:\n  - {second}  # ")
    assert f"\nlead:\n  - {first}  # " in written
    assert third not in written
    again = filled_in(preview, issue)
    assert (again["choice"], again["lead"], again["out"]) == (["fixed"], [first], [third])


def test_an_item_is_left_out_of_what_comes_and_put_in_again(preview: Preview, post: Post, issue: str) -> None:
    fields = filled_in(preview, issue)
    # The name of its French version comes before that of the original.
    place = fields["path"].index(next(path for path in fields["path"] if "plenary" in path))  # type: ignore[attr-defined]  # a list
    key, title = (fields[name][place] for name in ("key", "title"))  # type: ignore[index]  # lists
    post("file", **fields, out=[key], deed="write")
    assert issue_file(preview, issue).read_text("utf-8").startswith(f"---\nexclude:\n  - {key}  # {title}\n")

    again = filled_in(preview, issue)
    assert again["title"][-1] == title  # type: ignore[index]  # a list
    assert again.pop("out") == [key]
    post("file", **again, deed="write")

    assert "exclude" not in issue_file(preview, issue).read_text("utf-8")


def test_a_change_of_an_approved_file_says_that_the_approval_is_void(
    preview: Preview, post: Post, issue: str
) -> None:
    post("do-approve", seen=seen(preview), by="Ada")

    answer = post("file", **(filled_in(preview, issue) | {"introduction": "New."}), deed="write")

    assert "Its approval no longer counts: approve it again." in said(answer)


def test_a_file_that_only_a_person_can_change_is_left_as_it_is(
    preview: Preview, post: Post, issue: str
) -> None:
    text = '+++\nsubject = "In TOML"\n+++\n'
    issue_file(preview, issue).write_text(text)

    answer = post("file", **(filled_in(preview, issue) | {"subject-": "New"}), deed="write")

    assert "change it by hand" in said(answer)
    assert issue_file(preview, issue).read_text() == text


@pytest.mark.parametrize("path", ["do-approve", "do-hold", "do-release", "do-test", "file"])
def test_without_the_token_in_the_form_nothing_is_done(
    preview: Preview, post: Post, issue: str, path: str
) -> None:
    answer = post(path, token="nonsense", reason="x", seen=seen(preview), deed="write", to="a@example.org")

    assert (answer.status_code, answer.text) == (403, "")
    assert not issue_file(preview, issue).exists()


@pytest.mark.parametrize("path", ["do-approve", "do-unapprove", "do-hold", "do-release", "do-test"])
def test_a_get_changes_nothing(preview: Preview, issue: str, path: str) -> None:
    token = urlsplit(preview.address).path.strip("/")

    answer = preview.get(f"{path}?token={token}&issue={issue}&reason=x&by=x&to=a@example.org")

    assert answer.status_code in {404, 405}
    assert not issue_file(preview, issue).exists()


def test_a_form_without_an_end_is_refused(preview: Preview, post: Post, issue: str) -> None:
    assert post("file", introduction="x" * 600_000, deed="write").status_code == 413
    assert post("file", **{f"subject-{number}": "x" for number in range(6000)}).status_code == 403
    assert not issue_file(preview, issue).exists()
