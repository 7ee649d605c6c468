"""An issue as it lies in the readers' mailboxes: its headers, its links, and what tells one reader's mail from another's."""

import re
import socket
from collections.abc import Iterator, Mapping
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import html5lib
import pytest
import requests

from newsletter.app import open_project
from newsletter.app.letters import token_keys
from newsletter.app.site import make_site
from subscribers.storage import SubscriberStorage
from subscribers.tokens import Purpose
from tests.command_line import Run, body, mails, next_issue
from tests.web.serving import serving

LIST = """\
email,lang,topics
jane.doe@police.example.eu,en,
john@example.org,en,
lectrice@example.org,fr,
"""
OURS = "https://news.example.org"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def project(run: Run, sample: Path) -> Path:
    """The sample project with two readers alike and one of another language."""
    (sample / "readers.csv").write_text(LIST, encoding="utf-8")
    command = ("subscribers", "import", "readers.csv", "--confirmed", "--evidence", "a signed list")
    assert run(*command, at=sample).status == 0
    return sample


@pytest.fixture
def issue(run: Run, project: Path) -> Mapping[str, EmailMessage]:
    """The next issue, sent: address → mail."""
    name = next_issue(run, project)
    assert run("send", name, "--yes", at=project).status == 0
    return mails(project, name)


@pytest.fixture
def base(project: Path) -> Iterator[str]:
    """The address of a server for the project."""
    opened = open_project(project)
    with serving() as served:
        served.app = make_site(opened)
        yield f"http://127.0.0.1:{served.port}"
    opened.engine.dispose()


def links(mail: EmailMessage) -> set[str]:
    """Return every address that is in a mail: headers, HTML, plain text."""
    page = html5lib.parse(body(mail, "html"), namespaceHTMLElements=False)
    found = {str(each.get(name)) for each in page.iter() for name in ("href", "src") if each.get(name)}
    text = "\n".join([body(mail, "plain"), *(str(value) for value in mail.values())])
    return {each for each in found if not each.startswith("#")} | set(
        re.findall(r"https?://[^\s<>\"]+", text)
    )


def without_tokens(html: str) -> str:
    return re.sub(r"/(unsubscribe|preferences)/[A-Za-z0-9_-]+", r"/\1/TOKEN", html)


def test_h_01_h_12_h_14_each_mail_has_the_headers_of_a_list_once(issue: Mapping[str, EmailMessage]) -> None:
    assert len(issue) == 3
    for mail in issue.values():
        (link,) = mail.get_all("List-Unsubscribe") or []
        assert re.fullmatch(rf"<{OURS}/unsubscribe/[A-Za-z0-9_-]+>", link)
        assert mail.get_all("List-Unsubscribe-Post") == ["List-Unsubscribe=One-Click"]
        assert mail.get_all("List-Id") == ["Public Technology Network <monthly.example.org>"]
    (feedback,) = {str(mail["Feedback-ID"]) for mail in issue.values()} - {""}
    assert re.fullmatch(r"[^:]*(:[^:]*){0,2}:[^:]{5,15}", feedback)


def test_h_09_every_header_that_promises_a_way_out_keeps_it(
    project: Path, issue: Mapping[str, EmailMessage], base: str
) -> None:
    storage = SubscriberStorage(open_project(project).engine)

    for address, mail in issue.items():
        before = storage.find_by_key(address)
        link = str(mail["List-Unsubscribe"]).strip("<>").replace(OURS, base)
        answer = requests.post(link, data=ONE_CLICK, allow_redirects=False, timeout=10)
        after = storage.find_by_key(address)

        assert answer.status_code == 200
        assert before is not None
        assert after is not None
        assert (before.state, after.state) == ("active", "unsubscribed")


def test_h_10_who_leaves_before_an_issue_goes_out_gets_none(run: Run, project: Path, base: str) -> None:
    opened = open_project(project)
    reader = SubscriberStorage(opened.engine).find_by_key("john@example.org")
    assert reader is not None
    name = next_issue(run, project)

    token = token_keys(opened).make(Purpose.UNSUBSCRIBE, reader.ref, name)
    left = requests.post(f"{base}/unsubscribe/{token}", data=ONE_CLICK, timeout=10)
    run("send", name, "--yes", at=project)

    assert left.status_code == 200
    assert set(mails(project, name)) == {"jane.doe@police.example.eu", "lectrice@example.org"}


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_h_11_both_parts_say_how_to_leave_and_who_writes(
    issue: Mapping[str, EmailMessage], kind: str
) -> None:
    said = {"jane.doe@police.example.eu": "Unsubscribe", "lectrice@example.org": "désabonner"}

    for address, word in said.items():
        text = body(issue[address], kind)
        assert f"{OURS}/unsubscribe/" in text
        assert word.casefold() in text.casefold()
        assert "Street 1, 1000 Brussels" in " ".join(text.split())


def test_h_18_links_lead_to_our_own_host_or_where_the_content_does(
    project: Path, issue: Mapping[str, EmailMessage]
) -> None:
    content = "".join(path.read_text("utf-8") for path in (project / "content").rglob("*.md"))
    allowed = {"news.example.org", "example.org", "www.w3.org"} | set(
        re.findall(r"https://([\w.-]+)", content)
    )

    for mail in issue.values():
        for link in links(mail):
            parts = urlsplit(link)
            # A rehearsal carries its pictures along.
            assert parts.scheme in {"https", "http", "mailto", "cid"}, link
            assert parts.port is None, link
            assert parts.scheme in {"mailto", "cid"} or parts.hostname in allowed, link


def test_p_05_two_readers_mails_differ_in_nothing_but_their_own_links(
    issue: Mapping[str, EmailMessage],
) -> None:
    one, other = (body(issue[each], "html") for each in ("jane.doe@police.example.eu", "john@example.org"))

    images = html5lib.parse(one, namespaceHTMLElements=False).iter("img")
    assert one != other
    assert without_tokens(one) == without_tokens(other)
    assert [each.get("src") for each in images if {each.get("width"), each.get("height")} & {"0", "1"}] == []


def test_o_10_no_link_of_a_mail_tells_whose_it_is(issue: Mapping[str, EmailMessage]) -> None:
    found = {
        link for link in links(issue["jane.doe@police.example.eu"]) if re.search("jane|doe|police", link)
    }

    assert found == set()


def test_w_38_nothing_that_content_names_is_fetched(run: Run, project: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as canary:
        port = canary.getsockname()[1]
        (project / "content" / "news" / "2026-11-03-curious.md").write_text(
            f"---\ntitle: Curious\ndate: 2026-11-03\nimage: http://127.0.0.1:{port}/a.png\n"
            f"link: http://127.0.0.1:{port}/page\n---\n"
            f"![A picture](http://127.0.0.1:{port}/b.png) and [a page](http://127.0.0.1:{port}/c)\n",
            encoding="utf-8",
        )
        items = run("items", at=project).out
        built = run("build", at=project)
        run("check", at=project)

        canary.setblocking(False)
        with pytest.raises(BlockingIOError):
            canary.accept()
    assert "Curious" in items
    assert built.status == 0, built.err
