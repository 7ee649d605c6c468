"""Mistakes in the settings file: all in one report, in a person's words, each with a remedy."""

from pathlib import Path

import pytest

from newsletter.app.project import open_project
from newsletter.errors import SettingsError
from newsletter.settings import read_settings

MINIMAL = """\
[newsletter]
name = "Network Newsletter"
from = "Network <news@example.org>"
site_url = "https://example.org"
public_url = "https://news.example.org"
"""
#: A real provider wants it.
OTHER_SENDER = 'transactional_from = "Network <hello@example.org>"\n'


def mistakes(folder: Path, text: str) -> list[str]:
    (folder / "newsletter.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        read_settings(folder, {})
    return [str(problem).removeprefix("newsletter.toml:") for problem in caught.value.problems]


def test_types_rules_and_schedules_are_reported_in_one_round(tmp_path: Path) -> None:
    text = (
        MINIMAL
        + 'languages = "en"\n[digests.monthly]\nschedule = { day = 31, hour = 9 }\ntopics = ["gren"]\n'
        + '[provider]\nname = "smtp"\nport = "smtp"\n[theme]\naccent = "blue"\n'
    )
    (tmp_path / "newsletter.toml").write_text(text, encoding="utf-8")

    with pytest.raises(SettingsError) as caught:
        open_project(tmp_path)

    assert [(problem.line, problem.message.partition(":")[0]) for problem in caught.value.problems] == [
        (1, "newsletter.transactional_from"),
        (6, "newsletter.languages"),
        (8, "digests.monthly.schedule"),
        (9, "digests.monthly.topics"),
        (10, "provider.host"),
        (12, "provider.port"),
        (14, "theme.accent"),
    ]


def test_an_unknown_section_that_only_has_tables_inside_has_the_line_of_the_first(tmp_path: Path) -> None:
    found = mistakes(tmp_path, MINIMAL + '[digest.monthly]\ntitle = "x"\n[digest.weekly]\ntitle = "y"\n')

    assert found == ["6: digest: there is no section `digest`. Did you mean `digests`?"]


def test_a_wrong_value_causes_no_second_complaint(tmp_path: Path) -> None:
    text = (
        MINIMAL
        + 'topics = 1\n[digests.monthly]\nperiod = "weekk"\nschedule = { day = "9" }\ntopics = ["green"]\n'
    )
    (tmp_path / "newsletter.toml").write_text(
        "topics = 3\n" + text.replace("topics = 1\n", ""), encoding="utf-8"
    )

    with pytest.raises(SettingsError) as caught:
        open_project(tmp_path)

    assert [problem.message.partition(":")[0] for problem in caught.value.problems] == [
        "topics",
        "digests.monthly.period",
    ]


def test_every_entry_of_a_list_is_judged(tmp_path: Path) -> None:
    found = mistakes(tmp_path, MINIMAL + 'editors = ["nobody", 3, "a@example.org"]\n')

    assert found == [
        "6: newsletter.editors: `nobody` is not one mailbox. Write Name <local@example.org>.",
        '6: newsletter.editors: an entry must be a text, not 3. Write editors = ["editor@example.org"].',
    ]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('languages = "en"', 'languages: must be a list, not a text. Write languages = ["en"].'),
        ("editors = true", 'editors: must be a list, not true. Write editors = ["editor@example.org"].'),
        (
            'timezone = "Europe/Bruxelles"',
            "there is no time zone `Europe/Bruxelles`. Did you mean `Europe/Brussels`?",
        ),
        ('timezone = "brussels"', "there is no time zone `brussels`. Did you mean `Europe/Brussels`?"),
        ('[content]\nsince = "May"', "since: must be a date, not a text. Write since = 2026-11-01."),
        ("[content]\nsince = 2026-11-01T09:00:00Z", "must be a date, not a date with a time."),
        ("[content]\nsince = 09:00:00", "must be a date, not a time."),
        (
            '[digests.m]\nperiod = "weekly"',
            "must be one of `day`, `week`, `month`, `quarter` and `year`. Did you mean `week`?",
        ),
        (
            '[digests.m]\napproval = "?"',
            'must be one of `automatic` and `required`. Write approval = "automatic".',
        ),
        ("[digests.m]\nkey = 1", "digests.m.key: there is no setting `key` in [digests.m]."),
        ("[digests]\nm = 1", "digests.m: must be a table, not 1. Write [digests.m] and its keys below it."),
        ("[digests.m]\nschedule = [1]", "must be a table of cron fields or a crontab line, not a list."),
        ("[provider]\nport = 65536", "must be a whole number from 0 to 65535, not 65536."),
        ('[provider]\nself_check = "yes"', "must be true or false, not a text. Write self_check = true."),
        ('[provider]\nname = "smpt"', "there is no provider `smpt`. Did you mean `smtp`?"),
        (
            f'{OTHER_SENDER}[provider]\nname = "mailgun"',
            "provider.domain: is missing. Mailgun sends for one of its account's domains.",
        ),
        (
            f'{OTHER_SENDER}[provider]\nname = "mailgun"\ndomain = "mg_example"',
            "provider.domain: `mg_example` is not a domain.",
        ),
        (
            f'{OTHER_SENDER}[provider]\nname = "sendgrid"\nregion = "us"',
            "provider.region: sendgrid has no region `us`.",
        ),
        ("[delivery]\nstop_bounce_percent = nan", "must be a number from 0 to 100"),
        (
            "[delivery]\nwarm_up = [0]",
            "an entry must be a whole number, 1 or more, not 0. Write warm_up = [1].",
        ),
        ('[topics]\ngreen = { alias = ["x"] }', "neither a language nor `aliases`. Did you mean `aliases`?"),
        ("[topics]\ngreen = { en = 3 }", "topics.green.en: must be a text, not 3."),
        ("[[site]]\n", "site: must be a table, not a list. Write [site] and its keys below it."),
        ('[theme]\nlogo = "a\\u0000b"', "theme.logo: holds a control character"),
        ("[digests.m]\nmax_lateness_hours = 99999999", "is longer than a year. Write at most 8784."),
        (
            '[site]\nprivacy_url = "javascript:alert(1)"',
            "site.privacy_url: `javascript:alert(1)` is not a web address.",
        ),
        (
            '[site]\ntrusted_proxies = ["10.0.0.1", "proxy"]',
            "site.trusted_proxies: `proxy` is no IP address or network. Write one such as 127.0.0.1 or 10.0.0.0/8.",
        ),
        ('[site]\ntrusted_proxies = ["10.0.0.1/8"]', "Write 10.0.0.0/8."),
        ('[site]\ntrusted_proxies = ["::/0"]', "`::/0` is everybody: anybody could claim any address."),
        (
            '[site]\ncors_origins = ["https://Example.org:443/"]',
            "`https://Example.org:443/` is no origin as browsers write it. Write one such as https://example.org.",
        ),
        ('[site]\nembed_sites = ["https://*.example.org"]', "is no origin as browsers write it."),
        ('[site]\nembed_sites = ["*"]', "site.embed_sites: `*` is not a web address."),
        ('[site]\nembed_sites = ["http://example.org"]', "http is only for this machine"),
        (
            '[site]\nallowed_domains = ["*police.example"]',
            "site.allowed_domains: `*police.example` is no domain. Write police.example, or *.police.example",
        ),
        ('[site]\nallowed_domains = ["reader@police.example"]', "site.allowed_domains: this is no domain."),
        ('[site]\nallowed_domains = ["*"]', "`*` is no domain."),
        ('[site]\nallowed_domains = ["police..example"]', "`police..example` is no domain."),
        ('[site]\nallowed_domains = ["¼.☃"]', "is no domain."),
    ],
)
def test_a_mistake_is_said_in_a_persons_words(tmp_path: Path, lines: str, said: str) -> None:
    found = mistakes(tmp_path, f"{MINIMAL}{lines}\n")

    assert len(found) == 1
    assert said in found[0]


def test_a_key_above_the_first_table_is_told_where_it_belongs(tmp_path: Path) -> None:
    found = mistakes(tmp_path, f'timezone = "UTC"\n{MINIMAL}')

    assert found == ["1: timezone: stands in no section. Move it below [newsletter]."]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('languages = [\n"en",\n', "6: is not valid TOML: Invalid value. What is begun here is not closed"),
        ("languages = [", "6: is not valid TOML"),
        ('languages = ["en"\n[provider]\nhost = "x"\n', "6: is not valid TOML: Unclosed array."),
        ('postal_address = """\nx = 1\n', "6: is not valid TOML"),
        ('name = "Twice"\n', "6: is not valid TOML: Cannot overwrite a value. The key stands twice"),
        ("[a.b]\n[a.b]\n", "7: is not valid TOML: Cannot declare [a.b] twice. The table stands twice"),
        ("[a]\n[a]\n", "7: is not valid TOML: Cannot declare [a] twice. The table stands twice"),
        (f"x = {'[' * 5000}", "6: is not valid TOML"),
        (f"x = {'9' * 5000}", "6: is not valid TOML"),
    ],
)
def test_toml_that_breaks_off_is_told_with_the_line_where_it_began(
    tmp_path: Path, text: str, said: str
) -> None:
    found = mistakes(tmp_path, MINIMAL + text)

    assert len(found) == 1
    assert found[0].startswith(said)


@pytest.mark.parametrize(
    "folder",
    [
        ".",
        "./",
        "content/..",
        "..",
        "../site",
        "/srv/site",
        "C:/site",
        "my\\\\news",
        "var",
        "./var/x",
        "templates",
    ],
)
def test_the_content_folder_is_one_of_the_project_and_none_of_the_programs(
    tmp_path: Path, folder: str
) -> None:
    found = mistakes(tmp_path, f'{MINIMAL}[content]\nfolder = "{folder}"\n')

    assert len(found) == 1
    assert found[0].startswith("7: content.folder: ")
    assert '"content"' in found[0]


def test_the_content_folder_is_written_one_way(tmp_path: Path) -> None:
    (tmp_path / "newsletter.toml").write_text(
        f'{MINIMAL}[content]\nfolder = "./site/posts/"\n', encoding="utf-8"
    )

    assert read_settings(tmp_path, {}).content.folder == "site/posts"


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("/{year:x}/", "`{year:x}` is more than a placeholder. Write {year}."),
        ("/{slug!r}/", "`{slug!r}` is more than a placeholder. Write {slug}."),
        ("/{year.real}/", "`{year.real}` is more than a placeholder. Write {year}."),
        ("/{slgu}/", "there is no placeholder {slgu}. Did you mean {slug}?"),
        ("/{title}/", "there is no placeholder {title}. Known: {year} {month} {day} {slug} {kind}."),
        ("/{}/", "has braces round nothing. Write {year} {month} {day} {slug} {kind}."),
        ("/{slug/", "has braces round nothing."),
        ("javascript:alert(1)", "`javascript:alert(1)` leads to no web page. Write a path"),
        ("mailto:{slug}@example.org", "leads to no web page."),
        ("https://user:hunter2@example.org/{slug}", "leads to no web page."),
        ("/a b/{slug}", "leads to no web page."),
    ],
)
def test_a_pattern_that_makes_no_page_is_refused(tmp_path: Path, pattern: str, said: str) -> None:
    found = mistakes(tmp_path, f'{MINIMAL}[content.links]\nnews = "{pattern}"\n')

    assert len(found) == 1
    assert said in found[0]
    assert "hunter2" not in found[0]


@pytest.mark.parametrize(
    "pattern", ["/{year}/{month}/{day}/{kind}/{slug}/", "https://example.org/{slug}?a=b:c", "news/"]
)
def test_a_pattern_is_a_path_or_a_whole_address(tmp_path: Path, pattern: str) -> None:
    (tmp_path / "newsletter.toml").write_text(
        f'{MINIMAL}[content.links]\nevent = "{pattern}"\n', encoding="utf-8"
    )

    assert read_settings(tmp_path, {}).content.links == {"event": pattern}


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "sqlite:///?mode=memory", "sqlite:///file::memory:?uri=true"]
)
def test_a_database_in_memory_is_refused(tmp_path: Path, url: str) -> None:
    found = mistakes(tmp_path, f'{MINIMAL}[database]\nurl = "{url}"\n')

    assert found == ["7: database.url: keeps nothing: it names no file. Write sqlite:///var/newsletter.db."]


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://user:hunter2@db.example.org/newsletter",
        "postgresql+psycopg://user@db.example.org/newsletter?password=hunter2",
        "postgresql+psycopg://user:x@hunter2:y@db.example.org/newsletter",
        "postgres://user:hunter2@db.example.org/newsletter",
        "https://user:hunter2@example.org",
    ],
)
@pytest.mark.parametrize("key", ["database.url", "alerts.url", "provider.base_url", "newsletter.reply_to"])
def test_a_password_in_the_settings_file_is_refused_and_not_printed(
    tmp_path: Path, key: str, url: str
) -> None:
    section, _, name = key.partition(".")
    header = "" if section == "newsletter" else f"[{section}]\n"

    found = mistakes(tmp_path, f'{MINIMAL}{header}{name} = "{url}"\n')

    assert len(found) == 1
    assert f"{key}: " in found[0]
    assert "hunter2" not in found[0]


def test_a_webhook_of_a_provider_that_there_is_not_is_named_with_the_nearest(tmp_path: Path) -> None:
    text = MINIMAL + '[webhooks.mailgum]\ntopic_arn = "x"\n[webhooks.smtp]\n[webhooks.ses]\ntopic_arn = "x"\n'

    misspelt, none_of_ours = mistakes(tmp_path, text)

    assert misspelt.endswith("there are no events from a provider `mailgum`. Did you mean `mailgun`?")
    assert none_of_ours == (
        "8: webhooks.smtp: there are no events from a provider `smtp`. "
        "Known: mailgun, sendgrid, postmark, resend, ses, brevo."
    )
