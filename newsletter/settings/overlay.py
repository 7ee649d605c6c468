"""Our variables, written over the table of the settings file; a name that is nearly one of ours is a mistake.

A variable whose name is like none of ours and has no `__` belongs to somebody else: Kubernetes and Docker set
`NEWSLETTER_PORT` and `NEWSLETTER_SERVICE_HOST` for a service called newsletter.
"""

from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_origin

from newsletter.issues.digests import Digest
from newsletter.nearest import nearest
from newsletter.settings.decoding import keys_of
from newsletter.settings.environment import PREFIX, Variable
from newsletter.settings.mistakes import Mistakes
from newsletter.settings.model import RECEIVERS, SECTIONS, Webhook

#: Lists of keys: the two settings that are only ever variables.
KEY_LISTS = ("SECRET_KEYS", "SUPPRESSION_KEYS")
#: In a pattern: whatever stands there.
_ANY = "*"
_Pattern = tuple[str, ...]


def overlay(table: dict[str, Any], variables: Mapping[str, Variable], mistakes: Mistakes) -> None:
    """Write *variables* into *table*; from here on *mistakes* knows which keys they set."""
    patterns = list(_patterns(table))
    places = {}
    for name, variable in variables.items():
        parts = tuple(name.lower().split("__"))
        if not any(_fits(parts, pattern) for pattern in patterns):
            _add_unknown(name, variable, patterns, mistakes)
        elif variable.is_readable and name not in KEY_LISTS:
            _write(table, parts, variable, mistakes)
            places[".".join(parts)] = variable.place
    mistakes.variables = places


def _patterns(table: Mapping[str, Any]) -> Iterator[_Pattern]:
    """Yield the names that a variable may have, as parts."""
    yield from ((name.lower(),) for name in KEY_LISTS)
    for section, cls in SECTIONS.items():
        yield from _of_table((section,), cls)
    digests = table.get("digests")
    for key in digests if isinstance(digests, Mapping) and digests else ("monthly",):
        yield from _of_table(("digests", key), Digest)
    for provider in RECEIVERS:
        yield from _of_table(("webhooks", provider), Webhook)
    yield from (("topics", _ANY), ("topics", _ANY, _ANY))


def _of_table(start: _Pattern, cls: type[Any]) -> Iterator[_Pattern]:
    for key, type_ in keys_of(cls).items():
        yield (*start, key)
        if Mapping in {get_origin(arm) for arm in (type_, *get_args(type_))}:
            yield (*start, key, _ANY)


def _fits(parts: _Pattern, pattern: _Pattern) -> bool:
    return len(parts) == len(pattern) and all(
        part and wanted in {part, _ANY} for part, wanted in zip(parts, pattern, strict=True)
    )


def _add_unknown(name: str, variable: Variable, patterns: list[_Pattern], mistakes: Mistakes) -> None:
    written = variable.place.name
    parts = name.split("__")
    known = [_spelled(pattern, parts) for pattern in patterns]
    is_ours = "__" in written
    if guess := nearest(name, known, likeness=0.6 if is_ours else 0.8):
        suffix = "_FILE" if written.endswith("_FILE") else ""
        mistakes.add_at(variable.place, "there is no such setting.", f"Did you mean {PREFIX}{guess}{suffix}?")
    elif is_ours:
        mistakes.add_at(
            variable.place,
            "there is no such setting.",
            f"Write {PREFIX}, a section, __ and one of its keys, such as {PREFIX}PROVIDER__PASSWORD.",
        )


def _spelled(pattern: _Pattern, parts: list[str]) -> str:
    """Return *pattern* as a name, with what *parts* have in the places where anything may stand."""
    spelled = [
        (parts[number] if number < len(parts) else "…") if part == _ANY else part.upper()
        for number, part in enumerate(pattern)
    ]
    return "__".join(spelled)


def _write(table: dict[str, Any], parts: _Pattern, variable: Variable, mistakes: Mistakes) -> None:
    target: Any = table
    for number, part in enumerate(parts[:-1], start=1):
        target = target.setdefault(part, {})
        if not isinstance(target, dict):
            outer = ".".join(parts[:number])
            mistakes.add_at(
                variable.place,
                f"sets one part of `{outer}`, which is no table in the settings file.",
                "Remove the variable, or write a table there.",
            )
            return
    target[parts[-1]] = variable
