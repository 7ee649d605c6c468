"""Mistakes in the environment and `.env`: each says where it stands, and the nearest name of ours."""

import logging
import traceback
from collections.abc import Mapping
from pathlib import Path

import pytest

from newsletter.errors import SettingsError
from newsletter.settings import read_settings

MINIMAL = """\
[newsletter]
name = "Network Newsletter"
from = "Network <news@example.org>"
site_url = "https://example.org"
public_url = "https://news.example.org"
"""


def mistakes(
    folder: Path, environ: Mapping[str, str], env_file: str | bytes = "", text: str = MINIMAL
) -> list[str]:
    (folder / "newsletter.toml").write_text(text, encoding="utf-8")
    (folder / ".env").write_bytes(env_file.encode() if isinstance(env_file, str) else env_file)
    with pytest.raises(SettingsError) as caught:
        read_settings(folder, environ)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("NEWSLETTER_SECRETKEYS", "NEWSLETTER_SECRET_KEYS"),
        ("NEWSLETTER_SECRET_KEY", "NEWSLETTER_SECRET_KEYS"),
        ("NEWSLETTER_SUPRESSION_KEYS", "NEWSLETTER_SUPPRESSION_KEYS"),
        ("NEWSLETTER_PROVIDR__API_KEY", "NEWSLETTER_PROVIDER__API_KEY"),
        ("NEWSLETTER_PROVIDER__API_KEE", "NEWSLETTER_PROVIDER__API_KEY"),
        ("NEWSLETTER_PROVIDER_PASSWORD", "NEWSLETTER_PROVIDER__PASSWORD"),
        ("NEWSLETTER_WEBHOOKS__MAILGUN__SIGNINGKEY", "NEWSLETTER_WEBHOOKS__MAILGUN__SIGNING_KEY"),
        ("NEWSLETTER_WEBHOOKS__MAILGUM__SIGNING_KEY", "NEWSLETTER_WEBHOOKS__MAILGUN__SIGNING_KEY"),
        ("NEWSLETTER_DIGESTS__MONHLY__PAUSED", "NEWSLETTER_DIGESTS__MONTHLY__PAUSED"),
    ],
)
def test_a_misspelt_variable_is_named_where_it_stands(tmp_path: Path, name: str, meant: str) -> None:
    said = f"{name}: there is no such setting. Did you mean {meant}?"

    assert mistakes(tmp_path, {name: "hunter2"}) == [f"environment: {said}"]
    assert mistakes(tmp_path, {}, f"# ours\n\n{name}=hunter2\n") == [f".env:3: {said}"]


def test_a_misspelt_variable_that_names_a_file_keeps_its_ending(tmp_path: Path) -> None:
    found = mistakes(tmp_path, {"NEWSLETTER_PROVIDER__PASWORD_FILE": "newsletter.toml"})

    assert "Did you mean NEWSLETTER_PROVIDER__PASSWORD_FILE?" in found[0]


def test_a_variable_like_none_of_ours_is_an_error_when_it_is_written_like_ours(tmp_path: Path) -> None:
    found = mistakes(tmp_path, {"NEWSLETTER_X__Y": "1"})

    assert (
        "NEWSLETTER_X__Y: there is no such setting. Write NEWSLETTER_, a section, __ and one of its keys"
        in found[0]
    )


def test_what_others_set_for_a_service_called_newsletter_is_left_alone(tmp_path: Path) -> None:
    others = (
        "PORT",
        "SERVICE_HOST",
        "SERVICE_PORT",
        "PORT_8000_TCP",
        "PORT_8000_TCP_ADDR",
        "NAME",
        "TEST_BROWSER",
    )
    (tmp_path / "newsletter.toml").write_text(MINIMAL, encoding="utf-8")

    settings = read_settings(tmp_path, {f"NEWSLETTER_{name}": "tcp://10.0.0.1:8000" for name in others})

    assert settings.newsletter.name == "Network Newsletter"


def test_a_wrong_value_in_the_env_file_is_told_with_its_line(tmp_path: Path) -> None:
    found = mistakes(tmp_path, {}, "A=1\nexport NEWSLETTER_PROVIDER__PORT=hunter2\n")

    (line,) = found
    assert line.startswith(
        ".env:2: NEWSLETTER_PROVIDER__PORT: must be a whole number from 0 to 65535. Write "
    )


def test_a_rule_that_a_variable_breaks_names_the_variable(tmp_path: Path) -> None:
    found = mistakes(tmp_path, {"NEWSLETTER_NEWSLETTER__LANGUAGES": "en,english please"})

    assert found[0].startswith(
        "environment: NEWSLETTER_NEWSLETTER__LANGUAGES: `english please` is not a language"
    )


def test_lines_of_the_env_file_that_cannot_be_read_are_problems_and_no_warnings(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    env_file = 'A=1\nnot a variable hunter2\n\nNEWSLETTER_PROVIDER__PASSWORD="hunter2\nNEWSLETTER_PROVIDER__API_KEY\n'

    with caplog.at_level(logging.DEBUG):
        found = mistakes(tmp_path, {}, env_file)

    assert [line.partition(": ")[0] for line in found] == [".env:2", ".env:4", ".env:5"]
    assert "Write NAME=value, in quotes that are closed again." in found[1]
    assert "NEWSLETTER_PROVIDER__API_KEY: has no value." in found[2]
    assert "hunter2" not in "".join(found)
    assert caplog.records == []


def test_an_env_file_that_is_not_utf8_is_told_with_its_line(tmp_path: Path) -> None:
    assert mistakes(tmp_path, {}, b"A=1\nB=caf\xe9\n") == [".env:2: is not UTF-8 text. Save it as UTF-8."]


def test_mistakes_of_the_file_and_of_variables_are_reported_together(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path, {"NEWSLETTER_PROVIDER__PORT": "x"}, "NEWSLETTER_SECRETKEYS=x\n", MINIMAL + "timzone = 1\n"
    )

    assert [line.partition(":")[0] for line in found] == [".env", "environment", "newsletter.toml"]


def test_a_part_of_what_is_no_table_is_an_error(tmp_path: Path) -> None:
    text = MINIMAL + '[digests.monthly]\nschedule = "0 9 * * 2"\n'

    found = mistakes(tmp_path, {"NEWSLETTER_DIGESTS__MONTHLY__SCHEDULE__HOUR": "8"}, text=text)

    assert "sets one part of `digests.monthly.schedule`, which is no table in the settings file." in found[0]


def test_a_list_a_table_and_a_schedule_can_be_spelled(tmp_path: Path) -> None:
    (tmp_path / "newsletter.toml").write_text(MINIMAL, encoding="utf-8")

    settings = read_settings(
        tmp_path,
        {
            "NEWSLETTER_NEWSLETTER__NAME": "[News]",
            "NEWSLETTER_DELIVERY__WARM_UP": "200, 500",
            "NEWSLETTER_CONTENT__UPDATE": '["git", "pull"]',
            "NEWSLETTER_CONTENT__LINKS__NEWS": "/{slug}/",
            "NEWSLETTER_SITE__CONSENT_TEXT": '{"en": "Yes", "fr": "Oui"}',
            "NEWSLETTER_DIGESTS__MONTHLY__SCHEDULE": '{"day": "last", "hour": 8}',
            "NEWSLETTER_TOPICS__GREEN": "Green",
        },
    )

    assert settings.newsletter.name == "[News]"
    assert settings.delivery.warm_up == (200, 500)
    assert settings.content.update == ("git", "pull")
    assert settings.content.links == {"news": "/{slug}/"}
    assert settings.site.consent_text == {"en": "Yes", "fr": "Oui"}
    assert settings.digests["monthly"].schedule == {"day": "last", "hour": "8"}
    assert settings.topics["green"].label("en") == "Green"


def test_a_password_of_the_database_may_stand_in_the_environment(tmp_path: Path) -> None:
    (tmp_path / "newsletter.toml").write_text(MINIMAL, encoding="utf-8")
    url = "postgresql+psycopg://user:hunter2@db.example.org/newsletter"

    settings = read_settings(tmp_path, {"NEWSLETTER_DATABASE__URL": url})

    assert settings.database.url == url
    assert "hunter2" not in repr(settings)


def test_a_secret_stands_in_no_variable_of_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "newsletter.toml").write_text(MINIMAL, encoding="utf-8")
    (tmp_path / ".env").write_text("NEWSLETTER_PROVIDER__PASSWORD=hunter2\nNEWSLETTER_SECRETKEYS=hunter2\n")

    with pytest.raises(SettingsError) as caught:
        read_settings(tmp_path, {})

    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    frames = [frame for frame in shown.format() if "in read_settings" in frame]
    assert "survey = " in "".join(frames)
    assert "hunter2" not in "".join(frames)
