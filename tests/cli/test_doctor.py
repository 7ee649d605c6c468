"""`newsletter doctor`: what would go wrong, before it does; nothing is mailed, changed or given away."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from newsletter.app import open_project
from subscribers.storage import suppressed_hashes
from tests.command_line import Run
from tests.delivery.mail_server import Ledger, free_port, mail_server
from tests.stand_in.serving import serving
from tests.stand_in.values import Reply, Request

Change = Callable[[str, str], None]


def replace(project: Path, old: str, new: str) -> None:
    """Replace a text of the settings."""
    path = project / "newsletter.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture
def project(sample: Path) -> Path:
    """The sample project, its public site on this machine; nobody serves it."""
    replace(sample, "https://news.example.org", f"http://127.0.0.1:{free_port()}")
    return sample


@pytest.fixture
def change(project: Path) -> Change:
    """Replace a text of the project's settings."""
    return partial(replace, project)


def findings(run: Run, project: Path) -> tuple[int, list[dict[str, str]]]:
    """Return the exit status and what was found."""
    result = run("doctor", "--json", at=project)
    value = json.loads(result.out)
    assert value["ok"] is (result.status == 0)
    return result.status, value["findings"]


def of(found: list[dict[str, str]], subject: str, *levels: str) -> list[str]:
    """Return the messages about *subject* of these levels, each with its remedy."""
    return [
        f"{each['message']} {each['help']}".strip()
        for each in found
        if each["subject"] == subject and each["level"] in (levels or ("error", "warning"))
    ]


@contextmanager
def answering(status: int, said: object) -> Iterator[str]:
    def answer(_request: Request) -> Reply:
        return Reply(status, json.dumps(said).encode(), {})

    with serving(answer) as url:
        yield url


def test_a_new_project_has_no_errors(run: Run, project: Path, change: Change) -> None:
    with answering(200, {"status": "ok"}) as url:
        change("http://127.0.0.1", f"{url}/of/")

        status, found = findings(run, project)

    assert status == 0
    assert {each["level"] for each in found} <= {"ok", "info"}
    assert {each["subject"] for each in found} == {
        *("settings", "keys of links", "keys of erased", "database", "folders", "content", "templates"),
        *("public site", "provider", "people"),
    }


def test_looking_makes_and_changes_nothing_but_the_cache(run: Run, project: Path) -> None:
    before = {path for path in project.rglob("*") if "cache" not in path.parts}

    run("doctor", at=project)

    assert {path for path in project.rglob("*") if "cache" not in path.parts} == before


def test_a_screen_has_a_line_a_finding_with_the_remedy_below_it(
    run: Run, project: Path, change: Change
) -> None:
    change("#0b5cad", "blue?")

    result = run("doctor", at=project)

    assert result.status == 1
    assert re.search(
        r"^error    settings        newsletter\.toml:\d+: theme\.accent: .*\n {25}\S", result.out, re.M
    )
    assert re.search(r"^ok       database  ", result.out, re.M)
    assert result.err == "1 error, 1 warning.\n"


def test_every_mistake_in_the_settings_is_told_and_what_rests_on_them_left_alone(
    run: Run, project: Path, change: Change
) -> None:
    change('name = "outbox"', 'name = "outbocks"\nhots = "x"')
    change("#0b5cad", "blue?")

    status, found = findings(run, project)

    assert status == 1
    assert len(of(found, "settings")) == 3
    assert of(found, "provider", "info") == ["Not looked at: [provider] has mistakes."]
    assert of(found, "database", "ok")


def test_a_file_that_is_no_toml_is_told_alone(run: Run, sample: Path) -> None:
    (sample / "newsletter.toml").write_text("[newsletter\n", encoding="utf-8")

    status, found = findings(run, sample)

    assert (status, [each["subject"] for each in found]) == (1, ["settings"])


def test_outside_of_a_project_it_was_misused(run: Run, tmp_path: Path) -> None:
    assert run("doctor", at=tmp_path).status == 2


def test_missing_and_weak_keys_are_told_without_the_key(run: Run, project: Path) -> None:
    (project / ".env").write_text("NEWSLETTER_SECRET_KEYS=changeme\n", encoding="utf-8")

    result = run("doctor", at=project)

    assert result.status == 1
    assert "NEWSLETTER_SECRET_KEYS: key 1 is weak" in result.out
    assert "NEWSLETTER_SUPPRESSION_KEYS is not set" in result.out
    assert "changeme" not in result.out


@pytest.mark.usefixtures("project")
def test_a_key_that_erased_addresses_need_is_missed(run: Run, with_readers: Path) -> None:
    engine = open_project(with_readers).engine
    with engine.begin() as connection:
        connection.execute(
            suppressed_hashes.insert().values(
                hash=b"0" * 32, key_id="abcdef", reason="complaint", at=datetime.now(UTC)
            )
        )
    engine.dispose()

    status, found = findings(run, with_readers)

    assert status == 1
    assert "lacks the key abcdef" in of(found, "keys of erased", "error")[0]


@pytest.mark.usefixtures("project")
def test_a_database_in_use_is_looked_into(run: Run, with_readers: Path) -> None:

    _, found = findings(run, with_readers)

    assert re.search(r"at revision \d+, .*; it can be written", of(found, "database", "ok")[0])


def test_a_damaged_database_is_an_error_and_the_rest_is_looked_at(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLETTER_DATABASE__URL", "sqlite:///var/other.db")
    (project / "var" / "other.db").write_bytes(b"no database at all" * 100)

    status, found = findings(run, project)

    assert status == 1
    assert "Put a backup in its place" in of(found, "database", "error")[0]
    assert of(found, "provider", "ok")


def test_what_everybody_on_the_machine_can_read_is_told(run: Run, project: Path) -> None:
    (project / ".env").chmod(0o644)

    _, found = findings(run, project)

    assert [message for message in of(found, "folders", "warning") if ".env" in message] == [
        f"Everybody on this machine can read {project / '.env'}. Run: chmod o-rwx {project / '.env'}"
    ]


def test_mistakes_in_content_and_templates_are_told_with_their_files(run: Run, project: Path) -> None:
    (project / "content" / "news" / "broken.md").write_text('---\ntitle: "unclosed\n---\nText\n')
    (project / "templates" / "email").mkdir(parents=True)
    (project / "templates" / "email" / "issue.mjml").write_text("{% if %}")
    (project / "templates" / "email" / "footer.mjml").write_text("{{ nothing. }}")

    status, found = findings(run, project)

    assert status == 1
    assert "content/news/broken.md:2:" in of(found, "content", "warning")[0]
    assert [message.partition(" ")[0] for message in of(found, "templates", "error")] == [
        "templates/email/footer.mjml:1:",
        "templates/email/issue.mjml:1:",
    ]


@pytest.mark.parametrize(
    ("status", "said", "words"),
    [
        (404, {}, "answers 404 at /healthz"),
        (503, {"status": "unwell"}, "Its database does not answer"),
        (200, "hello", "Something else than `newsletter serve` answers"),
    ],
)
def test_a_public_site_that_is_not_well_is_a_warning(
    run: Run, project: Path, change: Change, status: int, said: object, words: str
) -> None:
    with answering(status, said) as url:
        change("http://127.0.0.1", f"{url}/of/")

        exit_status, found = findings(run, project)

    assert exit_status == 0
    assert words in of(found, "public site", "warning")[0]


def test_a_public_site_that_nobody_serves_is_a_warning(run: Run, project: Path) -> None:

    status, found = findings(run, project)

    assert status == 0
    assert "does not answer: Connection refused" in of(found, "public site", "warning")[0]


def test_a_service_tells_what_it_can_do_who_we_are_and_what_it_cannot_promise(
    run: Run, project: Path, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLETTER_PROVIDER__API_KEY", "a-secret-key")
    with answering(200, {"Name": "Letters", "DeliveryType": "Live"}) as url:
        change('name = "outbox"', f'name = "postmark"\nbase_url = "{url}"\nmax_per_hour = 2000')

        result = run("doctor", "--json", at=project)

    found = json.loads(result.out)["findings"]
    assert of(found, "provider", "ok") == [
        f"postmark ({url}): 500 readers a request, at most 50 MB, 2,000 mails an hour, no keys, reports events.",
        "Postmark knows the token: it is of the server `Letters`.",
    ]
    assert "Postmark has no region in the EU." in of(found, "provider", "info")
    (unseen,) = of(found, "webhooks", "warning")
    assert "Bounces and complaints that postmark reports would not be seen" in unseen
    assert "Set NEWSLETTER_WEBHOOKS__POSTMARK__BASIC_AUTH in the environment" in unseen
    assert "a-secret-key" not in result.out


def test_a_service_that_refuses_the_key_is_an_error(
    run: Run, project: Path, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLETTER_PROVIDER__API_KEY", "a-secret-key")
    with answering(401, {"Message": "wrong token"}) as url:
        change('name = "outbox"', f'name = "postmark"\nbase_url = "{url}"')

        status, found = findings(run, project)

    assert status == 1
    assert "wrong token" in of(found, "provider", "error")[0]


def test_a_service_without_its_secret_is_an_error_with_the_variable(
    run: Run, project: Path, change: Change
) -> None:
    change('name = "outbox"', 'name = "brevo"')

    status, found = findings(run, project)

    assert status == 1
    assert "Set NEWSLETTER_PROVIDER__API_KEY" in of(found, "provider", "error")[0]


def test_an_answer_that_proves_nothing_is_a_warning(
    run: Run, project: Path, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLETTER_PROVIDER__API_KEY", "a-secret-key")
    with answering(401, "Forbidden") as url:
        change('name = "outbox"', f'name = "mailgun"\ndomain = "mg.example.org"\nbase_url = "{url}"')

        status, found = findings(run, project)

    assert status == 0
    assert "A sending key is answered so" in of(found, "provider", "warning")[0]


@pytest.mark.parametrize("password", ["", "name:6h3Xq0vWk9Tz1LmPb8RyUc"])
def test_w_25_mailguns_signature_without_a_password_is_a_warning(
    run: Run, project: Path, change: Change, monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    monkeypatch.setenv("NEWSLETTER_PROVIDER__API_KEY", "a-secret-key")
    monkeypatch.setenv("NEWSLETTER_WEBHOOKS__MAILGUN__SIGNING_KEY", "a-signing-key-of-mailgun-itself")
    if password:
        monkeypatch.setenv("NEWSLETTER_WEBHOOKS__MAILGUN__BASIC_AUTH", password)
    with answering(200, {}) as url:
        change('name = "outbox"', f'name = "mailgun"\ndomain = "mg.example.org"\nbase_url = "{url}"')

        _, found = findings(run, project)

    warnings = of(found, "webhooks", "warning")
    assert ["does not cover the event" in message for message in warnings] == [True] * (not password)


def test_a_mail_server_gets_no_mail(run: Run, project: Path, change: Change) -> None:
    ledger = Ledger()
    with mail_server(ledger) as port:
        change('name = "outbox"', f'name = "smtp"\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"')

        status, found = findings(run, project)

    assert status == 0
    assert f"127.0.0.1:{port} lets us in, without a login, over an unencrypted line." in of(
        found, "provider", "ok"
    )
    assert ledger.accepted.total() == 0


def test_another_service_for_confirmations_is_looked_at_too(run: Run, project: Path, change: Change) -> None:
    change("# [transactional] ", "[transactional] #")
    change('# name = "smtp"', 'name = "smtp"')
    change('# host = "smtp.example.org"', f'host = "127.0.0.1"\nport = {free_port()}')

    status, found = findings(run, project)

    assert status == 1
    assert "cannot be reached" in of(found, "transactional", "error")[0]


@pytest.mark.parametrize(
    ("password", "is_weak"), [("name:pa55word", True), ("name:6h3Xq0vWk9Tz1LmPb8RyUc", False)]
)
def test_a_password_that_could_be_guessed_is_a_warning(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch, password: str, *, is_weak: bool
) -> None:
    monkeypatch.setenv("NEWSLETTER_WEBHOOKS__POSTMARK__BASIC_AUTH", password)

    result = run("doctor", "--json", at=project)

    found = of(json.loads(result.out)["findings"], "webhooks", "warning")
    assert ["shorter than 22 characters" in message for message in found] == [True] * is_weak
    assert password.partition(":")[2] not in result.out


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("MAILGUN__SIGNING_KEY", " , ", "is empty. Copy the HTTP webhook signing key"),
        ("MAILGUN__BASIC_AUTH", "6h3Xq0vWk9Tz1LmPb8RyUc", "is not of the form name:password"),
        ("POSTMARK__SECRET", ",", "is empty. Set a random one"),
        ("RESEND__SECRET", "whsec_no-base64", "is not `whsec_` with the base64 of 24 bytes"),
        ("RESEND__SECRET", "whsec_c2hvcnQ=", "is not `whsec_` with the base64 of 24 bytes"),
        ("RESEND__SIGNING_KEY", ",", "is empty. Copy the signing secret"),
        ("SENDGRID__PUBLIC_KEY", "no key", "is no public key of SendGrid's"),
        ("SES__TOPIC_ARN", "newsletter", "is not the ARN of a topic of Amazon SNS. Copy it"),
    ],
)
def test_w_24_what_can_prove_no_event_is_an_error_with_its_setting(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str
) -> None:
    monkeypatch.setenv(f"NEWSLETTER_WEBHOOKS__{variable}", value)

    result = run("doctor", "--json", at=project)

    (message,) = of(json.loads(result.out)["findings"], "webhooks", "error")
    name, _, key = variable.lower().partition("__")
    assert message.startswith((f"NEWSLETTER_WEBHOOKS__{variable} ", f"{key} in [webhooks.{name}] "))
    assert said in message
    assert result.status == 1


def test_w_24_a_webhook_with_a_fault_is_not_called_in_order(
    run: Run, project: Path, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLETTER_PROVIDER__API_KEY", "a-secret-key")
    monkeypatch.setenv("NEWSLETTER_WEBHOOKS__RESEND__SECRET", "re_an_api_key")
    with answering(200, {"data": []}) as url:
        change('name = "outbox"', f'name = "resend"\nbase_url = "{url}"')

        _, found = findings(run, project)

    (message,) = of(found, "webhooks", "ok", "warning", "error")
    assert "NEWSLETTER_WEBHOOKS__RESEND__SECRET is not `whsec_`" in message
    assert "re_an_api_key" not in message
