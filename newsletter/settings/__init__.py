"""Settings: choices from `newsletter.toml`, secrets from the environment, one frozen object."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from newsletter.content.topics import Topic
from newsletter.errors import Level, Problem, SettingsError, UsageError
from newsletter.issues.digests import DEFAULT_SCHEDULES, Digest, PeriodLength
from newsletter.settings.decoding import Mistakes, decode
from newsletter.settings.environment import overlay, read_variables
from newsletter.settings.model import (
    Alerts,
    Content,
    Database,
    Delivery,
    Limits,
    Newsletter,
    Provider,
    Secret,
    Settings,
    Site,
    Theme,
    Webhook,
)
from newsletter.settings.places import locator
from newsletter.settings.rules import complaints

FILE_NAME = "newsletter.toml"

#: Tables that appear once, by name.
_SECTIONS: Mapping[str, type[Any]] = {
    "newsletter": Newsletter,
    "content": Content,
    "provider": Provider,
    "transactional": Provider,
    "database": Database,
    "site": Site,
    "limits": Limits,
    "delivery": Delivery,
    "alerts": Alerts,
    "theme": Theme,
}
_TABLES_OF_TABLES = ("digests", "topics", "webhooks")


def find_project(start: Path) -> Path:
    """Return the folder at or above *start* that holds `newsletter.toml`.

    Raises UsageError when there is none.
    """
    for folder in (start, *start.parents):
        if (folder / FILE_NAME).is_file():
            return folder
    raise UsageError(
        f"{start}: there is no {FILE_NAME} here or above. Go to your project folder, name it with -C DIR, "
        "or make one: newsletter init DIR"
    )


def read_settings(root: Path, environ: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of the project in *root*.

    Raises SettingsError with every mistake found.
    """
    text, table = _read_file(root / FILE_NAME)
    variables, problems = read_variables(root, environ)
    placed = overlay(table, variables)
    mistakes = Mistakes(FILE_NAME, locator(text), placed, problems)
    values = _sections(table, mistakes)
    settings = None
    if not mistakes.found:
        settings = Settings(
            root=root,
            secret_keys=_keys(variables.get("NEWSLETTER_SECRET_KEYS", "")),
            suppression_keys=_keys(variables.get("NEWSLETTER_SUPPRESSION_KEYS", "")),
            **values,
        )
        for key, message, help_ in complaints(settings):
            mistakes.add(key, message, help_)
    if settings is None or mistakes.found:
        raise SettingsError(
            sorted(mistakes.found, key=lambda problem: (problem.path or "", problem.line or 0))
        )
    return settings


def _read_file(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        return text, tomllib.loads(text)
    except UnicodeDecodeError as error:
        problem = Problem(
            level=Level.ERROR,
            rule="settings",
            path=FILE_NAME,
            line=error.object[: error.start].count(b"\n") + 1,
            message="is not UTF-8 text.",
            help="Save it as UTF-8.",
        )
    except tomllib.TOMLDecodeError as error:
        reason, _, place = str(error).rpartition(" (at ")
        line = place.removeprefix("line ").partition(",")[0]
        problem = Problem(
            level=Level.ERROR,
            rule="settings",
            path=FILE_NAME,
            line=int(line) if line.isdigit() else None,
            message=f"is not valid TOML: {(reason or str(error)).rstrip('.')}.",
            help="Texts stand in quotes; lists in [ ].",
        )
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    raise SettingsError([problem]) from None


def _sections(table: Mapping[str, Any], mistakes: Mistakes) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in table:
        if name not in _SECTIONS and name not in _TABLES_OF_TABLES:
            mistakes.add_unknown(name, [*_SECTIONS, *_TABLES_OF_TABLES], "section")
    for name, cls in _SECTIONS.items():
        if name in table or name == "newsletter":
            values[name] = decode(cls, table.get(name, {}), name, mistakes)
    values["digests"] = {
        key: _digest(key, digest, mistakes)
        for key, digest in _tables(table, "digests", {"monthly": {}}, mistakes)
    }
    values["topics"] = {
        key: _topic(key, topic, mistakes) for key, topic in _tables(table, "topics", {}, mistakes)
    }
    values["webhooks"] = {
        key: decode(Webhook, webhook, f"webhooks.{key}", mistakes)
        for key, webhook in _tables(table, "webhooks", {}, mistakes)
    }
    return values


def _tables(
    table: Mapping[str, Any], name: str, default: Mapping[str, Any], mistakes: Mistakes
) -> list[tuple[str, Any]]:
    tables = table.get(name, default) or default
    if isinstance(tables, Mapping):
        return list(tables.items())
    mistakes.add(name, "must be a table.", f"Write [{name}.KEY].")
    return []


def _digest(key: str, table: object, mistakes: Mistakes) -> Digest | None:
    """Fill in what depends on the key and the period, then decode."""
    if not isinstance(table, Mapping):
        return decode(Digest, table, f"digests.{key}", mistakes)
    place = f"digests.{key}"
    if "key" in table:
        mistakes.add(f"{place}.key", "the key stands in the table's name.", f"Remove it from [{place}].")
    period = table.get("period", "month")
    lengths = {length.value: length for length in PeriodLength}
    default = DEFAULT_SCHEDULES[
        lengths.get(period, PeriodLength.MONTH) if isinstance(period, str) else PeriodLength.MONTH
    ]
    filled = {"title": f"{key.replace('_', ' ').capitalize()} digest", "period": "month", **table, "key": key}
    filled["schedule"] = _schedule(table.get("schedule", default), f"{place}.schedule", mistakes)
    return decode(Digest, filled, place, mistakes)


def _schedule(value: object, key: str, mistakes: Mistakes) -> Mapping[str, str]:
    """Return a schedule's fields as text, as APScheduler takes them; `every hour 9` is written 9 or "9"."""
    if isinstance(value, str):
        return {"crontab": value}
    if isinstance(value, Mapping) and all(isinstance(part, str | int) for part in value.values()):
        return {str(name): str(part) for name, part in value.items()}
    mistakes.add(
        key, "is neither a table of cron fields nor a crontab line.", 'Write { day = "1st tue", hour = 9 }.'
    )
    return {}


def _topic(key: str, value: object, mistakes: Mistakes) -> Topic:
    place = f"topics.{key}"
    if isinstance(value, str):
        return Topic(key=key, labels={"": value})
    labels: dict[str, str] = {}
    aliases: tuple[str, ...] = ()
    if not isinstance(value, Mapping):
        mistakes.add(place, "is neither a label nor a table of labels.", f'Write {key} = "Label".')
        return Topic(key=key, labels=labels)
    for name, part in value.items():
        if name == "aliases":
            if isinstance(part, list) and all(isinstance(alias, str) for alias in part):
                aliases = tuple(part)
            else:
                mistakes.add(place, "aliases must be a list of texts.", 'Write aliases = ["…"].')
        elif isinstance(part, str):
            labels[name] = part
        else:
            mistakes.add(place, f"the label in `{name}` is not a text.", None)
    return Topic(key=key, labels=labels, aliases=aliases)


def _keys(text: str) -> tuple[Secret, ...]:
    return tuple(Secret(part.strip()) for part in text.split(",") if part.strip())
