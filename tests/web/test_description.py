"""`newsletter openapi`: the running site does what it says, and nothing that is sent breaks it."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from newsletter.app import open_project
from newsletter.app.description import describe
from newsletter.app.surface import CHALLENGE_PATH, JSON_PATH
from newsletter.web import health
from tests.command_line import Run
from tests.web.fuzzing import WEBHOOKS, Stranger, stranger

SETTINGS = """
[site]
trusted_proxies = ["127.0.0.1"]

[limits]
per_ip_hour = 0
"""
WISH = {"email": "ann@example.org", "consent": True}


@pytest.fixture(scope="module")
def asking(laid_out: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stranger]:
    """Who asks a site that takes in any number of sign-ups."""
    root = Path(shutil.copytree(laid_out, tmp_path_factory.mktemp("described") / "project"))
    with (root / "newsletter.toml").open("a", encoding="utf-8") as settings:
        settings.write(SETTINGS)
    with stranger(open_project(root)) as asking:
        yield asking


def test_the_description_is_printed_as_json(run: Run, sample: Path) -> None:
    printed = run("openapi", at=sample)

    assert json.loads(printed.out) == describe(open_project(sample))
    assert json.loads(printed.out)["servers"] == [{"url": "https://news.example.org"}]


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (202, json.dumps(WISH), {}),
        (202, json.dumps(WISH | {"digests": ["none"], "topics": None, "lang": None, "more": {}}), {}),
        (400, "{", {}),
        (400, "[]", {}),
        (400, json.dumps(WISH), {"Host": "evil.example"}),
        (403, json.dumps(WISH), {"X-Forwarded-Proto": "http"}),
        (413, json.dumps(WISH | {"more": "x" * 20_000}), {}),
        (413, json.dumps(WISH | {"more": [[[[[[]]]]]]}), {}),
        (413, json.dumps(WISH | {"topics": ["x"] * 200}), {}),
        (415, json.dumps(WISH), {"Content-Type": "text/plain"}),
        (422, "{}", {}),
        (422, json.dumps(WISH | {"email": "ann"}), {}),
        (422, json.dumps(WISH | {"email": "noreply@example.org"}), {}),
        (422, json.dumps(WISH | {"consent": "yes"}), {}),
        (422, json.dumps(WISH | {"topics": []}), {}),
        (422, json.dumps(WISH | {"digests": "monthly"}), {}),
        (422, json.dumps(WISH | {"lang": 7}), {}),
    ],
)
def test_w_14_what_a_sign_up_is_answered_is_described(
    asking: Stranger, status: int, body: str, headers: dict[str, str]
) -> None:
    response = post(asking, JSON_PATH, body, headers)

    assert response.status_code == status
    asking.check(asking.operation(JSON_PATH).Case(), response)


@pytest.mark.parametrize(
    ("path", "status"),
    [(f"{JSON_PATH}?{'x' * 3_000}", 414), (f"/webhooks/ses?{'x' * 3_000}", 414), ("/webhooks/x", 404)],
)
def test_w_14_what_is_turned_away_is_described(asking: Stranger, path: str, status: int) -> None:
    response = post(asking, path, json.dumps(WISH), {})

    assert response.status_code == status
    described = JSON_PATH if path.startswith(JSON_PATH) else WEBHOOKS
    asking.check(asking.operation(described).Case(path_parameters={"provider": "ses"}), response)


def test_o_16_too_much_of_one_network_is_described(asking: Stranger, laid_out: Path, tmp_path: Path) -> None:
    project = open_project(Path(shutil.copytree(laid_out, tmp_path / "project")))
    settings = project.settings
    limited = replace(settings, limits=replace(settings.limits, per_ip_hour=1))
    with stranger(replace(project, settings=limited)) as limited_site:
        responses = [post(limited_site, JSON_PATH, json.dumps(WISH), {}) for _ in range(2)]

    assert [response.status_code for response in responses] == [202, 429]
    asking.check(asking.operation(JSON_PATH).Case(), responses[1])
    assert int(responses[1].headers["Retry-After"]) > 0


def test_o_20_a_challenge_is_described_where_one_is_set(laid_out: Path, tmp_path: Path) -> None:
    project = open_project(Path(shutil.copytree(laid_out, tmp_path / "project")))
    settings = project.settings
    asked = replace(settings, site=replace(settings.site, challenge="altcha"))
    with stranger(replace(project, settings=asked)) as site:
        given = requests.get(f"{site.url}{CHALLENGE_PATH}", timeout=10)
        refused = post(site, JSON_PATH, json.dumps(WISH | {"challenge": "x"}), {})

        site.check(site.described[CHALLENGE_PATH]["GET"].Case(), given)
        site.check(site.operation(JSON_PATH).Case(), refused)

    assert refused.json()["id"] == "invalid-challenge"
    assert CHALLENGE_PATH not in describe(project)["paths"]  # type: ignore[operator]  # an object of JSON


def test_w_18_health_is_described(asking: Stranger) -> None:
    response = requests.get(f"{asking.url}{health.PATH}", timeout=10)

    asking.check(asking.described[health.PATH]["GET"].Case(), response)


def test_w_14_a_few_hundred_strangers_and_providers_cause_no_failure(asking: Stranger) -> None:
    asking.seen.clear()

    asking.all(150)

    statuses = {status for _, status in asking.seen}
    # What was sent got as far as the database, and as far as every kind of refusal.
    assert {200, 202, 400, 401, 404, 422} <= statuses
    assert max(statuses) < 500


def post(asking: Stranger, path: str, body: str, headers: dict[str, str]) -> requests.Response:
    fields = {"Content-Type": "application/json", **headers}
    return requests.post(f"{asking.url}{path}", data=body.encode(), headers=fields, timeout=10)
