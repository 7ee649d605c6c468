"""Whatever stands in the settings: never a traceback, never a secret, always a place and a remedy, nothing left out."""

import re
import tempfile
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.app.project import open_project
from newsletter.database import database_url
from newsletter.errors import Problem, SettingsError
from newsletter.issues.digests import Digest
from newsletter.settings import read_settings
from newsletter.settings.addresses import DatabaseUrl
from newsletter.settings.decoding import keys_of
from newsletter.settings.environment import PREFIX
from newsletter.settings.forms import PLAIN_MAILBOX, address_of
from newsletter.settings.model import SECTIONS, Secret, Webhook

REQUIRED = {
    "name": '"Network Newsletter"',
    "from": '"Network <news@example.org>"',
    "site_url": '"https://example.org"',
    "public_url": '"https://news.example.org"',
}
TABLES: dict[str, type[Any]] = {**SECTIONS, "digests.monthly": Digest, "webhooks.mailgun": Webhook}
TYPES = {(table, key): type_ for table, cls in TABLES.items() for key, type_ in keys_of(cls).items()}
#: Of a kind that no setting has, whatever else it holds.
STRANGE = "1979-05-27T07:32:00Z"
SECRET = "hunter2hunter2"

KEYS = sorted(TYPES)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
values = st.recursive(
    st.one_of(
        st.booleans(),
        st.integers(),
        st.floats(),
        texts,
        st.sampled_from(
            ["en", "news", "week", "https://example.org", "UTC", "a@example.org", "smtp", f"x:{SECRET}"]
        ),
        st.dates(min_value=date(1000, 1, 1)),
        st.datetimes(min_value=datetime(1000, 1, 1), timezones=st.just(UTC)),
        st.times(),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=4,
)


def toml(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            escaped = (c if c.isalnum() and c.isascii() else f"\\U{ord(c):08x}" for c in value)
            return f'"{"".join(escaped)}"'
        case list():
            return f"[{', '.join(map(toml, value))}]"
        case dict():
            return "{" + ", ".join(f"{toml(key)} = {toml(part)}" for key, part in value.items()) + "}"
        case datetime() | date() | time():
            return value.isoformat()
        case _:
            return str(value)


def written(chosen: dict[tuple[str, str], str]) -> str:
    tables: dict[str, dict[str, str]] = {"newsletter": dict(REQUIRED)}
    for (table, key), value in chosen.items():
        tables.setdefault(table, {})[key] = value
    return "\n".join(
        line
        for table, keys in tables.items()
        for line in (f"[{table}]", *(f"{key} = {value}" for key, value in keys.items()))
    )


def problems(text: str, environ: dict[str, str], *, folder: Path) -> tuple[Problem, ...]:
    (folder / "newsletter.toml").write_text(text, encoding="utf-8")
    try:
        read_settings(folder, environ)
    except SettingsError as error:
        return error.problems
    return ()


def are_helpful(found: tuple[Problem, ...]) -> bool:
    return all(
        problem.path and problem.message and problem.help and str(problem).isprintable() for problem in found
    )


@pytest.mark.parametrize(("table", "key"), KEYS)
def test_a_value_of_the_wrong_type_is_told_with_key_line_and_remedy(
    tmp_path: Path, table: str, key: str
) -> None:
    text = written({(table, key): STRANGE})

    found = problems(text, {}, folder=tmp_path)

    assert [problem.message.partition(":")[0] for problem in found] == [f"{table}.{key}"]
    assert found[0].line == next(
        n for n, line in enumerate(text.split("\n"), 1) if line == f"{key} = {STRANGE}"
    )
    assert are_helpful(found)
    assert not re.search(r"\b(str|int|bool|dict|array|object|tuple|ZoneInfo|None|Literal)\b", str(found[0]))


#: What is in them depends on other settings, or is told by a remedy of its own.
WITHOUT_EXAMPLE = {("digests.monthly", key) for key in ("kinds", "topics", "schedule")}


@pytest.mark.parametrize(
    ("table", "key"), [row for row in KEYS if row not in WITHOUT_EXAMPLE and TYPES[row] is not Secret]
)
def test_the_example_that_a_remedy_gives_is_accepted(tmp_path: Path, table: str, key: str) -> None:
    (wrong,) = problems(written({(table, key): STRANGE}), {}, folder=tmp_path)
    remedy = re.search(rf"Write {key} = (.+)\.$", wrong.help or "")
    assert remedy

    found = problems(written({(table, key): remedy[1]}), {}, folder=tmp_path)

    assert [problem for problem in found if problem.message.startswith(f"{table}.{key}:")] == []


def test_wrong_values_everywhere_are_all_reported(tmp_path: Path) -> None:
    found = problems(written(dict.fromkeys(KEYS, STRANGE)), {}, folder=tmp_path)

    assert {problem.message.partition(":")[0] for problem in found} == {
        f"{table}.{key}" for table, key in KEYS
    }
    assert len(found) == len(KEYS)


@given(chosen=st.dictionaries(st.sampled_from(KEYS), values, min_size=1, max_size=6))
def test_no_value_gives_a_traceback_and_each_mistake_is_found_beside_others(
    chosen: dict[tuple[str, str], Any],
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        together = problems(written({key: toml(value) for key, value in chosen.items()}), {}, folder=folder)
        alone = {
            key: problems(written({key: toml(value)}), {}, folder=folder) for key, value in chosen.items()
        }

    assert are_helpful(together)
    said = {problem.message.partition(":")[0] for problem in together}
    for (table, key), found in alone.items():
        if any(problem.message.startswith(f"{table}.{key}:") for problem in found):
            assert f"{table}.{key}" in said


@given(
    names=st.dictionaries(st.sampled_from(KEYS), texts.filter(lambda text: "\0" not in text), max_size=4),
    others=st.lists(st.from_regex(r"[A-Z_]{1,20}", fullmatch=True), max_size=2),
    env_file=st.text(max_size=80)
    | st.from_regex(r"(NEWSLETTER_[A-Z_]{1,20}=?[^\0\r]{0,9}\n){0,3}", fullmatch=True),
)
def test_no_variable_gives_a_traceback_or_shows_its_value(
    names: dict[tuple[str, str], str], others: list[str], env_file: str
) -> None:
    environ = {
        f"{PREFIX}{table.replace('.', '__')}__{key}".upper(): value for (table, key), value in names.items()
    }
    environ |= {f"{PREFIX}{name}": SECRET for name in others}
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / ".env").write_text(env_file, encoding="utf-8", errors="replace")
        found = problems(written({}), environ, folder=Path(name))

    assert are_helpful(found)
    assert SECRET not in "".join(map(str, found))


@pytest.mark.parametrize(("table", "key"), [row for row, type_ in TYPES.items() if type_ is Secret])
def test_no_secret_is_ever_repeated(tmp_path: Path, table: str, key: str) -> None:
    for value in (f'"{SECRET}"', f'["{SECRET}"]', f'{{ {key} = "{SECRET}" }}'):
        found = problems(written({(table, key): value}), {}, folder=tmp_path)

        assert len(found) == 1
        assert SECRET not in str(found[0])
        assert "in the environment or in .env" in str(found[0])


@given(
    text=st.from_regex(
        r"(sqlite|postgresql\+psycopg)://(\w{0,3}(:\w{0,3})?@)?[\w.:\[\]]{0,6}(:\d{0,6})?/[\w/.:]{0,8}(\?[\w=&]{0,9})?",
        fullmatch=True,
    )
)
def test_an_address_of_a_database_that_the_settings_take_can_be_opened(text: str) -> None:
    (form,) = DatabaseUrl.__metadata__  # type: ignore[attr-defined]  # it is Annotated

    if form.check(text) is None:
        assert database_url(text, Path()).get_backend_name() in {"sqlite", "postgresql"}


@given(text=st.from_regex(PLAIN_MAILBOX, fullmatch=True))
def test_a_mailbox_that_is_told_without_the_parser_is_one(text: str) -> None:
    mailbox = address_of(text)

    assert mailbox is not None
    assert mailbox.addr_spec in text


def test_a_schedule_is_judged_when_a_project_is_opened(tmp_path: Path) -> None:
    text = written({("digests.monthly", "schedule"): "{ day = 31 }"})
    (tmp_path / "newsletter.toml").write_text(text, encoding="utf-8")

    with pytest.raises(SettingsError) as caught:
        open_project(tmp_path)

    assert are_helpful(caught.value.problems)
    assert "nothing is due in" in str(caught.value)
