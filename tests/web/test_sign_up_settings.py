"""`[site] challenge` and `allowed_domains`: from the settings to what a stranger meets (rows O-20, O-34)."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.app import open_project
from newsletter.app.site import make_site
from tests.subscribers.solving import solve
from tests.web.serving import serving
from tests.web.strangers import Answer, Stranger

SETTINGS = """
[site]
challenge = "altcha"
allowed_domains = ["*.zürich.example.ch"]
cors_origins = ["https://site.example"]
"""
READER = "reader@amt.zürich.example.ch"


@pytest.fixture(scope="module")
def stranger(laid_out: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stranger]:
    """Somebody before a site with a challenge, for some organisations only."""
    root = Path(shutil.copytree(laid_out, tmp_path_factory.mktemp("challenge") / "project"))
    with (root / "newsletter.toml").open("a", encoding="utf-8") as settings:
        settings.write(SETTINGS)
    project = open_project(root)
    with serving() as served:
        served.app = make_site(project)
        yield Stranger(served.port, project)
    project.engine.dispose()


def subscribe(stranger: Stranger, email: str, **more: object) -> Answer:
    body = json.dumps({"email": email, "consent": True, **more}).encode()
    return stranger.ask(
        "POST",
        "/api/subscriptions",
        ("X-Forwarded-Proto", "https"),
        ("Content-Type", "application/json"),
        body=body,
    )


def test_o_20_a_page_of_another_site_of_the_settings_may_ask_for_a_challenge(stranger: Stranger) -> None:
    allowed = stranger.ask("GET", "/api/challenge", ("Origin", "https://site.example"))
    refused = stranger.ask("GET", "/api/challenge", ("Origin", "https://evil.example"))

    assert allowed.headers["Access-Control-Allow-Origin"] == "https://site.example"
    assert "Access-Control-Allow-Origin" not in refused.headers


def test_o_20_the_settings_ask_for_a_solution_and_a_solution_is_taken(stranger: Stranger) -> None:
    challenge = json.loads(stranger.ask("GET", "/api/challenge").text)
    solution = solve(challenge)

    answers = [subscribe(stranger, READER, challenge=each) for each in (None, solution, solution)]

    assert [answer.status for answer in answers] == [422, 202, 422]


def test_o_34_the_settings_name_the_domains_that_may(stranger: Stranger) -> None:
    answer = subscribe(stranger, "reader@zürich.example.ch")

    assert answer.status == 422
    assert json.loads(answer.text)["id"] == "email-not-allowed"
    assert "*.zürich.example.ch" in stranger.ask("GET", "/").text
