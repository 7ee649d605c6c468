"""Settings: all mistakes at once, with line and remedy; secrets never shown."""

import traceback
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from newsletter.errors import SettingsError, UsageError
from newsletter.issues.digests import Approval, PeriodLength
from newsletter.settings import find_project, read_settings

MINIMAL = """\
[newsletter]
name = "Network Newsletter"
from = "Network <news@example.org>"
site_url = "https://example.org"
public_url = "https://news.example.org"
"""


def project(folder: Path, text: str, env_file: str | None = None) -> Path:
    (folder / "newsletter.toml").write_text(text, encoding="utf-8")
    if env_file is not None:
        (folder / ".env").write_text(env_file, encoding="utf-8")
    return folder


def mistakes(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> list[str]:
    project(folder, text)
    with pytest.raises(SettingsError) as caught:
        read_settings(folder, environ or {})
    return [str(problem) for problem in caught.value.problems]


def test_four_keys_are_enough(tmp_path: Path) -> None:
    settings = read_settings(project(tmp_path, MINIMAL), {})

    assert settings.newsletter.languages == ("en",)
    assert settings.provider.name == "outbox"
    assert list(settings.digests) == ["monthly"]
    assert settings.digests["monthly"].schedule == {"day": "1st tue", "hour": "9"}
    assert settings.digests["monthly"].title == "Monthly digest"


def test_every_missing_required_key_is_named(tmp_path: Path) -> None:
    found = mistakes(tmp_path, "[newsletter]\n")

    assert len(found) == 4
    assert (
        'newsletter.toml:1: newsletter.name: is missing. Add name = "Network Newsletter" to [newsletter].'
        in found
    )


def test_all_mistakes_are_reported_together_with_their_lines(tmp_path: Path) -> None:
    text = MINIMAL + 'timzone = "UTC"\nlanguages = "en"\n\n[provider]\nconnections = "four"\n'

    found = mistakes(tmp_path, text)

    assert [line.split(" ")[0] for line in found] == [
        "newsletter.toml:6:",
        "newsletter.toml:7:",
        "newsletter.toml:10:",
    ]
    assert "Did you mean `timezone`?" in found[0]


def test_an_unknown_section_names_the_nearest(tmp_path: Path) -> None:
    found = mistakes(tmp_path, MINIMAL + '[provder]\nname = "smtp"\n')

    assert found == ["newsletter.toml:6: provder: there is no section `provder`. Did you mean `provider`?"]


def test_broken_toml_names_the_line(tmp_path: Path) -> None:
    found = mistakes(tmp_path, '[newsletter]\nname = "unclosed\n')

    assert found[0].startswith("newsletter.toml:2: is not valid TOML")


def test_a_file_that_is_not_utf8_says_so(tmp_path: Path) -> None:
    (tmp_path / "newsletter.toml").write_bytes(b'[newsletter]\nname = "Caf\xe9"\n')

    with pytest.raises(SettingsError, match=r"newsletter\.toml:2: is not UTF-8 text\. Save it as UTF-8\."):
        read_settings(tmp_path, {})


def test_a_digest_takes_its_defaults_from_its_period(tmp_path: Path) -> None:
    text = MINIMAL + '[digests.weekly]\nperiod = "week"\napproval = "required"\n'

    digest = read_settings(project(tmp_path, text), {}).digests["weekly"]

    assert digest.period is PeriodLength.WEEK
    assert digest.schedule == {"day_of_week": "tue", "hour": "9"}
    assert digest.approval is Approval.REQUIRED


def test_a_crontab_line_is_a_schedule(tmp_path: Path) -> None:
    text = MINIMAL + '[digests.monthly]\nschedule = "0 9 * * 2"\n'

    assert read_settings(project(tmp_path, text), {}).digests["monthly"].schedule == {"crontab": "0 9 * * 2"}


def test_topics_have_one_label_or_one_a_language(tmp_path: Path) -> None:
    text = (
        MINIMAL
        + '[topics]\ngreen = "Green policing"\nfinance = { en = "Finance", fr = "Argent", aliases = ["money"] }\n'
    )

    topics = read_settings(project(tmp_path, text), {}).topics

    assert topics["green"].label("fr") == "Green policing"
    assert topics["finance"].label("fr") == "Argent"
    assert topics["finance"].label("de") == "Finance"
    assert topics["finance"].aliases == ("money",)


def test_since_and_timezone_are_typed(tmp_path: Path) -> None:
    text = MINIMAL + 'timezone = "Europe/Brussels"\n[content]\nsince = 2026-11-01\n'

    settings = read_settings(project(tmp_path, text), {})

    assert settings.content.since == date(2026, 11, 1)
    assert settings.newsletter.timezone == ZoneInfo("Europe/Brussels")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('timezone = "Europe/Bruxelles"', "there is no time zone"),
        ('timezone = "../../etc/passwd"', "there is no time zone"),
        ('from = "no address"', "is not one mailbox"),
        ('reply_to = "a@example.org, b@example.org"', "is not one mailbox"),
        ('name = "Two\\nlines"', "line break or control character"),
        ('public_url = "http://news.example.org"', "readers' links must be https"),
        ('site_url = "example.org"', "is not a web address"),
        ('languages = ["english please"]', "is not a language tag"),
        ('editors = ["nobody"]', "is not one mailbox"),
    ],
)
def test_a_value_that_cannot_be_right_is_refused(tmp_path: Path, line: str, words: str) -> None:
    key = line.partition(" ")[0]
    kept = [row for row in MINIMAL.splitlines() if not row.startswith(f"{key} ")]

    found = mistakes(tmp_path, "\n".join([*kept, line]) + "\n")

    assert len(found) == 1
    assert words in found[0]


def test_http_is_fine_on_this_machine(tmp_path: Path) -> None:
    text = MINIMAL.replace("https://news.example.org", "http://127.0.0.1:8000")

    assert read_settings(project(tmp_path, text), {}).newsletter.public_url == "http://127.0.0.1:8000"


def test_h_13_a_real_provider_wants_another_address_for_confirmations(tmp_path: Path) -> None:
    found = mistakes(tmp_path, MINIMAL + '[provider]\nname = "smtp"\nhost = "smtp.example.org"\n')

    assert len(found) == 1
    assert "newsletter.transactional_from" in found[0]


def test_confirmations_do_not_stay_here_while_issues_leave(tmp_path: Path) -> None:
    real = '[provider]\nname = "smtp"\nhost = "smtp.example.org"\n'
    text = MINIMAL + 'transactional_from = "Network <hello@example.org>"\n' + real

    # A key alone is enough to make the section, and without a name that is the outbox.
    found = mistakes(tmp_path, text, {"NEWSLETTER_TRANSACTIONAL__API_KEY": "key"})

    assert len(found) == 1
    assert "transactional.name: is `outbox`: confirmations would stay on this machine" in found[0]


def test_an_unknown_placeholder_of_a_link_is_named(tmp_path: Path) -> None:
    found = mistakes(tmp_path, MINIMAL + '[content.links]\nnews = "/news/{yeer}/{slug}/"\n')

    assert found[0].startswith("newsletter.toml:7: content.links.news: there is no placeholder {yeer}.")


def test_a_digest_may_only_want_known_topics(tmp_path: Path) -> None:
    found = mistakes(tmp_path, MINIMAL + '[topics]\ngreen = "Green"\n[digests.monthly]\ntopics = ["gren"]\n')

    assert "there is no topic `gren`" in found[0]


def test_the_environment_overrides_the_file_and_types_are_kept(tmp_path: Path) -> None:
    environ = {
        "NEWSLETTER_PROVIDER__CONNECTIONS": "7",
        "NEWSLETTER_DIGESTS__MONTHLY__PAUSED": "true",
        "NEWSLETTER_NEWSLETTER__LANGUAGES": "en, fr",
    }

    settings = read_settings(project(tmp_path, MINIMAL), environ)

    assert settings.provider.connections == 7
    assert settings.digests["monthly"].paused is True
    assert settings.newsletter.languages == ("en", "fr")


def test_a_wrong_variable_is_named_as_such(tmp_path: Path) -> None:
    found = mistakes(tmp_path, MINIMAL, {"NEWSLETTER_PROVIDER__PORT": "smtp"})

    assert found[0].startswith("environment: NEWSLETTER_PROVIDER__PORT:")


def test_the_environment_wins_over_the_env_file(tmp_path: Path) -> None:
    project(tmp_path, MINIMAL, "NEWSLETTER_PROVIDER__API_KEY=from-file\nNEWSLETTER_PROVIDER__USERNAME=file\n")

    settings = read_settings(tmp_path, {"NEWSLETTER_PROVIDER__API_KEY": "from-environment"})

    assert settings.provider.api_key.reveal() == "from-environment"
    assert settings.provider.username == "file"


def test_a_secret_can_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("s3cret\n", encoding="utf-8")

    settings = read_settings(project(tmp_path, MINIMAL), {"NEWSLETTER_PROVIDER__API_KEY_FILE": "key"})

    assert settings.provider.api_key.reveal() == "s3cret"


def test_a_secret_file_that_is_missing_is_said_without_repeating_what_may_be_the_secret(
    tmp_path: Path,
) -> None:
    found = mistakes(tmp_path, MINIMAL, {"NEWSLETTER_PROVIDER__API_KEY_FILE": "hunter2hunter2"})

    assert (
        "NEWSLETTER_PROVIDER__API_KEY_FILE: the file that it names cannot be read: No such file" in found[0]
    )
    assert "hunter2" not in found[0]


def test_w_19_a_secret_in_the_settings_file_is_refused_without_repeating_it(tmp_path: Path) -> None:
    found = mistakes(tmp_path, MINIMAL + '[provider]\napi_key = "hunter2hunter2"\n')

    assert "set NEWSLETTER_PROVIDER__API_KEY in the environment" in found[0]
    assert "hunter2" not in found[0]


def test_a_secret_shows_in_no_repr_and_no_traceback(tmp_path: Path) -> None:
    environ = {"NEWSLETTER_PROVIDER__API_KEY": "hunter2hunter2", "NEWSLETTER_SECRET_KEYS": "k" * 50}
    settings = read_settings(project(tmp_path, MINIMAL), environ)

    with pytest.raises(AttributeError) as caught:
        str(settings.nothing_of_the_kind)  # type: ignore[attr-defined]  # to have a traceback
    shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())

    assert "hunter2" not in repr(settings) + str(settings) + shown.replace(repr(environ), "")
    assert "kkkk" not in repr(settings)


def test_a_project_is_found_from_a_folder_below(tmp_path: Path) -> None:
    project(tmp_path, MINIMAL)
    below = tmp_path / "content" / "news"
    below.mkdir(parents=True)

    assert find_project(below) == tmp_path


def test_no_project_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="newsletter init DIR"):
        find_project(tmp_path)
