"""The tables whose names are chosen by the user: [digests.KEY], [topics], [webhooks.PROVIDER]."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from newsletter.content.topics import Topic
from newsletter.issues.digests import DEFAULT_SCHEDULES, Digest, PeriodLength, Schedule
from newsletter.nearest import did_you_mean
from newsletter.settings.decoding import FAILED, convert, decode, spelled_value
from newsletter.settings.environment import Variable
from newsletter.settings.forms import is_language
from newsletter.settings.mistakes import Mistakes
from newsletter.settings.model import RECEIVERS, Webhook
from newsletter.settings.wording import words_of

TABLES = ("digests", "topics", "webhooks")

_SCHEDULE_HELP = 'Write schedule = { day = "1st tue", hour = 9 }, or a crontab line.'


def decode_digests(table: Mapping[str, Any], mistakes: Mistakes) -> dict[str, Digest]:
    """Return the digests by key; without any there is one, `monthly`."""
    digests = {key: _digest(key, part, mistakes) for key, part in _tables(table, "digests", mistakes)}
    return digests or {"monthly": _digest("monthly", {}, mistakes)}


def decode_topics(table: Mapping[str, Any], mistakes: Mistakes) -> dict[str, Topic]:
    """Return the topics by key."""
    return {key: _topic(key, part, mistakes) for key, part in _tables(table, "topics", mistakes)}


def decode_webhooks(table: Mapping[str, Any], mistakes: Mistakes) -> dict[str, Webhook]:
    """Return how each provider's events are told from a stranger's."""
    found = {}
    for key, part in _tables(table, "webhooks", mistakes):
        if key in RECEIVERS:
            found[key] = decode(Webhook, part, f"webhooks.{key}", mistakes)
        else:
            help_ = did_you_mean(key, RECEIVERS)
            mistakes.add(f"webhooks.{key}", f"there are no events from a provider `{key}`.", help_)
    return found


def _tables(table: Mapping[str, Any], name: str, mistakes: Mistakes) -> Iterator[tuple[str, Any]]:
    tables = table.get(name, {})
    if isinstance(tables, Mapping):
        yield from tables.items()
        return
    header = "[topics]" if name == "topics" else f"[{name}.KEY]"
    mistakes.add(name, f"must be a table, not {words_of(tables)}.", f"Write {header} and its keys below it.")
    mistakes.replaced.add(name)


def _digest(key: str, table: object, mistakes: Mistakes) -> Digest:
    """Decode one table; title and schedule depend on its key and period."""
    place = f"digests.{key}.schedule"
    schedule: Any = FAILED
    if isinstance(table, Mapping) and "schedule" in table:
        schedule = _schedule(table["schedule"], place, mistakes)
        table = {name: value for name, value in table.items() if name != "schedule"}
        if schedule is FAILED:
            mistakes.replaced.add(place)
    digest = decode(
        Digest,
        table,
        f"digests.{key}",
        mistakes,
        key=key,
        title=f"{key.replace('_', ' ').capitalize()} digest",
        period=PeriodLength.MONTH,
        schedule={},
    )
    return replace(digest, schedule=DEFAULT_SCHEDULES[digest.period] if schedule is FAILED else schedule)


def _schedule(value: object, key: str, mistakes: Mistakes) -> Any:
    """Return a schedule's fields as text, as APScheduler takes them: an hour is written 9 or "9"."""
    if isinstance(value, Variable):
        value = spelled_value(value.text, Schedule)
    if isinstance(value, str):
        return {"crontab": value}
    if not isinstance(value, Mapping):
        mistakes.add(
            key, f"must be a table of cron fields or a crontab line, not {words_of(value)}.", _SCHEDULE_HELP
        )
        return FAILED
    fields = {
        name: str(part) if isinstance(part, int) and not isinstance(part, bool) else part
        for name, part in value.items()
    }
    decoded = convert(fields, Schedule, key, mistakes)
    return decoded if len(decoded) == len(fields) else FAILED


def _topic(key: str, value: object, mistakes: Mistakes) -> Topic:
    place = f"topics.{key}"
    if isinstance(value, Variable) and value.text[:1] == "{":
        value = spelled_value(value.text, Mapping[str, str])
    if not isinstance(value, Mapping):
        label = convert(value, str, place, mistakes)
        return Topic(key=key, labels={"": label} if label is not FAILED else {})
    labels: dict[str, str] = {}
    aliases: tuple[str, ...] = ()
    for name, part in value.items():
        inner = f"{place}.{name}"
        if name == "aliases":
            converted = convert(part, tuple[str, ...], inner, mistakes)
            aliases = converted if converted is not FAILED else ()
        elif not is_language(name):
            mistakes.add(
                inner, f"`{name}` is neither a language nor `aliases`.", did_you_mean(name, ["aliases"])
            )
        elif (converted := convert(part, str, inner, mistakes)) is not FAILED:
            labels[name] = converted
    return Topic(key=key, labels=labels, aliases=aliases)
