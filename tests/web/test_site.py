"""The public site of a sent issue: every link of a mail works, on a real server."""

import json
import re
import shutil
import socket
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
import requests
import uvicorn
from icalendar import Calendar

from newsletter.app import open_project
from newsletter.app.items import list_items
from newsletter.app.site import make_site
from newsletter.storage.archive import public_items
from tests.command_line import Run, body, mails, typed


@pytest.fixture(scope="module")
def sent_once(laid_out_with_readers: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A project whose next issue was sent to three readers."""
    folder = Path(shutil.copytree(laid_out_with_readers, tmp_path_factory.mktemp("sent") / "sample"))
    issue = str(json.loads(typed("issues", "--json", at=folder))[0]["issue"])
    typed("send", issue, "--yes", at=folder)
    return folder, issue


@pytest.fixture
def sent(sent_once: tuple[Path, str], tmp_path: Path) -> tuple[Path, str]:
    """A copy of it."""
    folder, issue = sent_once
    return Path(shutil.copytree(folder, tmp_path / "sample")), issue


@pytest.fixture
def base(sent: tuple[Path, str]) -> Iterator[str]:
    """The address of a server for that project."""
    listener = socket.create_server(("127.0.0.1", 0))
    app = make_site(open_project(sent[0]))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", server_header=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    listener.close()


def here(link: str, base: str) -> str:
    """Return a link of a mail, led to the server of this test."""
    return link.replace("https://news.example.org", base)


def stats(run: Run, project: Path) -> dict[str, int]:
    return dict(json.loads(run("subscribers", "stats", "--json", at=project).out))


def test_h_09_the_one_click_link_of_a_mail_unsubscribes_its_reader(
    run: Run, sent: tuple[Path, str], base: str
) -> None:
    project, issue = sent
    header = str(mails(project, issue)["lectrice@example.org"]["List-Unsubscribe"])
    link = here(header.strip("<>"), base)

    looked = requests.get(link, timeout=10)
    before = stats(run, project)
    clicked = requests.post(link, data={"List-Unsubscribe": "One-Click"}, allow_redirects=False, timeout=10)

    assert (looked.status_code, clicked.status_code) == (200, 200)
    assert before["active"] == 3
    assert stats(run, project)["active"] == 2
    assert "lectrice@example.org" not in looked.text
    assert 'lang="fr"' in looked.text


def test_every_link_to_the_site_leads_somewhere(sent: tuple[Path, str], base: str) -> None:
    project, issue = sent
    text = body(mails(project, issue)["everything@example.org"], "plain")

    ours = re.findall(r"https://news\.example\.org/\S+", text)

    # Three events can be added to a calendar; the footer has three links.
    assert [urlsplit(link).path.rpartition(".")[2] == "ics" for link in ours] == [True] * 3 + [False] * 3
    assert [requests.get(here(link, base), timeout=10).status_code for link in ours] == [200] * 6


def test_c_08_the_web_version_is_the_same_for_everybody_and_shows_nothing_personal(
    sent: tuple[Path, str], base: str
) -> None:
    _, issue = sent

    page = requests.get(f"{base}/issues/{issue}", timeout=10)
    french = requests.get(f"{base}/issues/{issue}?lang=fr", timeout=10)

    assert page.status_code == 200
    assert "unsubscribe/" not in page.text + french.text
    assert "preferences/" not in page.text + french.text
    assert 'lang="fr"' in french.text
    assert page.headers["Content-Security-Policy"].startswith(
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https://example.org"
    )


def test_the_images_of_the_web_version_are_served_for_ever(sent: tuple[Path, str], base: str) -> None:
    _, issue = sent
    page = requests.get(f"{base}/issues/{issue}", timeout=10).text

    images = set(re.findall(r'src="(https://news\.example\.org/media/[^"]+)"', page))

    assert images
    for image in images:
        answer = requests.get(here(image, base), timeout=10)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("image/")
        assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    [
        "/media/../newsletter.db",
        "/media/%2e%2e/newsletter.db",
        "/media/nothing.png",
        "/issues/monthly-1999-01",
    ],
)
def test_w_17_w_36_what_is_not_public_is_not_there(base: str, path: str) -> None:
    with requests.Session() as session:
        request = requests.Request("GET", base).prepare()
        request.url = base + path
        answer = session.send(request, timeout=10)

    assert answer.status_code == 404
    assert "Traceback" not in answer.text
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_w_41_an_issue_is_not_public_before_it_goes_out(run: Run, sent: tuple[Path, str], base: str) -> None:
    project, issue = sent
    later = json.loads(run("issues", "--json", at=project).out)[-1]["issue"]

    assert later != issue
    assert requests.get(f"{base}/issues/{later}", timeout=10).status_code == 404


def test_the_archive_lists_what_was_sent(sent: tuple[Path, str], base: str) -> None:
    _, issue = sent

    page = requests.get(f"{base}/issues", timeout=10)

    assert f'href="/issues/{issue}"' in page.text
    assert '<link rel="alternate" type="application/atom+xml" href="/feed.xml"' in page.text


def test_the_feed_lists_what_was_sent(sent: tuple[Path, str], base: str) -> None:
    _, issue = sent

    answer = requests.get(f"{base}/feed.xml", timeout=10)

    feed = ElementTree.fromstring(answer.content)
    atom = {"atom": "http://www.w3.org/2005/Atom"}
    links = [link.get("href") for link in feed.findall("atom:entry/atom:link", atom)]
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert links == [f"https://news.example.org/issues/{issue}"]
    assert feed.find("atom:updated", atom) is not None


def events(project: Path, *, is_public: bool) -> dict[str, str]:
    """Return the titles of events by key: of those that stand in the issue that was sent, or of the others."""
    opened = open_project(project)
    public = public_items(opened.engine, is_rehearsal=True)
    found = {row.key: row.title for row in list_items(opened) if row.kind == "event" and row.lang == "en"}
    return {key: title for key, title in found.items() if (key in public) is is_public}


def test_events_of_a_public_issue_can_be_put_into_a_calendar(sent: tuple[Path, str], base: str) -> None:
    public = events(sent[0], is_public=True)

    for key, title in public.items():
        for path in (key, key.removeprefix("events/")):
            answer = requests.get(f"{base}/events/{path}.ics", timeout=10)
            (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
            assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
            assert str(event["summary"]) == title
    assert public


def test_w_41_an_event_of_no_public_issue_is_not_there(sent: tuple[Path, str], base: str) -> None:
    hidden = [*events(sent[0], is_public=False), "news/nothing", "../newsletter.toml"]

    statuses = {requests.get(f"{base}/events/{key}.ics", timeout=10).status_code for key in hidden}

    assert statuses == {404}


def test_without_the_content_an_event_is_not_there(sent: tuple[Path, str], base: str) -> None:
    key, *_ = events(sent[0], is_public=True)
    (sent[0] / "content").rename(sent[0] / "elsewhere")

    answer = requests.get(f"{base}/events/{key}.ics", timeout=10)

    assert answer.status_code == 404


def test_the_help_page_tells_an_it_department_what_to_let_through(base: str) -> None:
    page = requests.get(f"{base}/help", timeout=10).text

    assert "news@example.org" in page
    assert "hello@example.org" in page
    assert "news.example.org" in page
    assert "monthly.example.org" in page
    assert 'href="/manage"' in page


def test_health_says_whether_the_database_answers(sent: tuple[Path, str], base: str) -> None:
    well = requests.get(f"{base}/healthz", timeout=10)
    engine = open_project(sent[0]).engine
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE heartbeats")
    engine.dispose()

    unwell = requests.get(f"{base}/healthz", timeout=10)

    assert (well.status_code, well.json()) == (200, {"status": "ok"})
    assert (unwell.status_code, unwell.json()) == (503, {"status": "unwell"})


def test_a_test_mails_links_say_that_it_was_a_test(run: Run, sent: tuple[Path, str], base: str) -> None:
    project, _ = sent
    run("test", "--to", "me@example.org", at=project)
    (file,) = next(
        folder for folder in (project / "var" / "outbox").iterdir() if folder.name.endswith("-test")
    ).iterdir()
    text = body(message_from_bytes(file.read_bytes(), policy=policy.SMTP), "plain")
    link = here(re.findall(r"https://news\.example\.org/unsubscribe/\S+", text)[0], base)

    page = requests.get(link, timeout=10)
    posted = requests.post(link, timeout=10)

    assert (page.status_code, posted.status_code) == (200, 200)
    assert "test" in page.text.lower()
    assert stats(run, project)["active"] == 3
