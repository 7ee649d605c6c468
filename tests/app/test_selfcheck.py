"""What is tried before an issue's first batch: links and pictures on a real server, and the sender's address."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from newsletter.app import open_project
from newsletter.app.building import render
from newsletter.app.desk import Desk
from newsletter.app.selfcheck import failures
from newsletter.app.site import make_site
from tests.command_line import Run, next_issue
from tests.delivery.mail_server import free_port
from tests.stand_in.serving import serving as serving_account
from tests.stand_in.values import Reply, Request
from tests.web.serving import Served, serving

Change = Callable[[str, str], None]


@pytest.fixture
def change(sample: Path) -> Change:
    """Change newsletter.toml."""

    def change(before: str, after: str) -> None:
        file = sample / "newsletter.toml"
        text = file.read_text(encoding="utf-8")
        assert before in text
        file.write_text(text.replace(before, after, 1), encoding="utf-8")

    return change


@pytest.fixture
def account(change: Change, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Set a real provider, whose account has one domain."""
    monkeypatch.setenv("NEWSLETTER_PROVIDER__API_KEY", "a key of the service")
    domains = json.dumps({"data": [{"name": "example.org", "status": "verified"}]}).encode()

    def answer(_request: Request) -> Reply:
        return Reply(200, domains, {})

    with serving_account(answer) as url:
        change('name = "outbox"', f'name = "resend"\nbase_url = "{url}"')
        yield


@pytest.fixture
def site(sample: Path, change: Change, account: None) -> Iterator[Served]:
    """Serve the project's own site where its links lead."""
    with serving() as served:
        change("https://news.example.org", f"http://127.0.0.1:{served.port}")
        project = open_project(sample)
        served.app = make_site(project)
        yield served
        project.engine.dispose()


def found(sample: Path) -> list[str]:
    """Return what the self-check finds in the next issue."""
    desk = Desk(open_project(sample), datetime.now(UTC))
    return failures(desk.project, render(desk, desk.plan()))


def answering(answer: Response) -> Starlette:
    """Return a site that answers so, whatever it is asked."""
    return Starlette(routes=[Route("/{path:path}", lambda _request: answer, methods=["GET", "POST"])])


@pytest.mark.usefixtures("site")
def test_what_works_is_told_by_silence(sample: Path) -> None:
    assert found(sample) == []


def test_a_redirect_of_one_click_holds_the_issue_with_its_line(sample: Path, site: Served) -> None:
    site.app = answering(RedirectResponse("https://elsewhere.example.org", 301))

    first, *_ = found(sample)

    assert first.startswith(f"http://127.0.0.1:{site.port}/unsubscribe/…, ")
    assert first.endswith(" more: 301, must answer 200 itself")


def test_an_image_that_does_not_load_is_named(sample: Path, site: Served) -> None:
    site.app = answering(PlainTextResponse("a page for everything"))

    (pictures,) = [line for line in found(sample) if "/media/" in line]

    assert pictures.count("/media/") == 3
    assert pictures.endswith(" more: is text/plain, not a picture")


def test_a_site_that_nobody_reaches_is_told(sample: Path, change: Change, account: None) -> None:
    assert account is None
    change("https://news.example.org", f"http://127.0.0.1:{free_port()}")

    first, *_ = found(sample)

    assert "/unsubscribe/…, " in first
    assert first.endswith(" more: Connection refused")


def test_a_from_that_the_provider_does_not_take_holds_it(sample: Path, site: Served, change: Change) -> None:
    assert site.port
    change("<news@example.org>", "<news@example.eu>")

    first, *_ = found(sample)

    assert "example.eu is none of them" in first


def test_a_key_that_may_send_and_nothing_else_holds_nothing(
    sample: Path, site: Served, change: Change, caplog: pytest.LogCaptureFixture
) -> None:
    assert site.port

    def answer(request: Request) -> Reply:
        if request.path == "/v3/scopes":
            return Reply(200, b'{"scopes": ["mail.send"]}', {})
        return Reply(403, b'{"errors": [{"field": null, "message": "access forbidden"}]}', {})

    with serving_account(answer) as url:
        change('name = "resend"\nbase_url = ', f'name = "sendgrid"\nbase_url = "{url}"  # was: ')
        said = found(sample)

    assert said == []
    (record,) = [record for record in caplog.records if record.message == "self-check"]
    assert "may not look at domains" in record.__dict__["fields"]["unknown"]


def test_a_rehearsal_needs_no_public_site(sample: Path) -> None:
    assert found(sample) == []


@pytest.mark.usefixtures("account")
def test_who_does_not_want_it_is_not_kept_from_sending(sample: Path, change: Change) -> None:
    change('name = "resend"', 'name = "resend"\nself_check = false')

    assert found(sample) == []


@pytest.mark.usefixtures("account")
def test_a_person_is_told_before_anything_is_stored(run: Run, with_readers: Path, change: Change) -> None:
    change("https://news.example.org", f"http://127.0.0.1:{free_port()}")
    issue = next_issue(run, with_readers)

    result = run("send", issue, "--yes", at=with_readers)

    assert result.status == 1
    assert f"{issue} is not sent: it would not work for readers." in result.err
    assert "self_check = false" in result.err
