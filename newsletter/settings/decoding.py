"""A table of the settings file into a frozen dataclass, collecting every mistake on the way.

msgspec checks each value against its annotation; what is ours is going on after the first mistake, the line
in the file, and the nearest known name.
"""

import dataclasses
import difflib
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar, get_type_hints
from zoneinfo import ZoneInfo

import msgspec

from newsletter.errors import Level, Problem
from newsletter.settings.model import Secret

T = TypeVar("T")

#: Where a value came from: dotted key → line in newsletter.toml.
Locate = Callable[[str], int | None]


@dataclasses.dataclass(slots=True)
class Mistakes:
    """Collects problems, each with its place."""

    path: str
    locate: Locate
    #: Dotted keys that the environment set → the variable's name; their place is not the file.
    variables: Mapping[str, str]
    found: list[Problem] = dataclasses.field(default_factory=list)

    def add(self, key: str, message: str, help_: str | None = None) -> None:
        """Record that *key* (dotted) is wrong."""
        variable = self.variables.get(key)
        self.found.append(
            Problem(
                level=Level.ERROR,
                rule="settings",
                path="environment" if variable else self.path,
                line=None if variable else self.locate(key),
                message=f"{variable or key}: {message}",
                help=help_,
            )
        )

    def add_unknown(self, key: str, known: Iterable[str], what: str = "setting") -> None:
        """Record an unknown name, with the nearest known one."""
        prefix, _, name = key.rpartition(".")
        nearest = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
        meant = f"Did you mean `{nearest[0]}`?" if nearest else f"Known here: {', '.join(sorted(known))}."
        self.add(key, f"there is no {what} `{name}`{f' in [{prefix}]' if prefix else ''}.", meant)


def key_of(field: "dataclasses.Field[Any]") -> str:
    """Return the name that *field* has in the file."""
    return field.name.rstrip("_")


def decode(cls: type[T], table: object, key: str, mistakes: Mistakes) -> T | None:
    """Return *table* as a *cls*, or None after recording every mistake in it."""
    if not isinstance(table, Mapping):
        mistakes.add(key, f"must be a table, not {_name(table)}.", f"Write [{key}] and its keys below it.")
        return None
    fields = {key_of(field): field for field in dataclasses.fields(cls)}  # type: ignore[arg-type]  # dataclass by contract
    types = get_type_hints(cls, include_extras=True)
    values: dict[str, Any] = {}
    before = len(mistakes.found)
    for name, value in table.items():
        field = fields.get(name)
        if field is None:
            mistakes.add_unknown(f"{key}.{name}", fields)
            continue
        converted = _convert(value, types[field.name], f"{key}.{name}", mistakes)
        if converted is not _FAILED:
            values[field.name] = converted
    for name, field in fields.items():
        required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if required and name not in table:
            mistakes.add(f"{key}.{name}", "is missing.", f"Add `{name} = …` to [{key}].")
    return cls(**values) if len(mistakes.found) == before else None


_FAILED = object()


def _convert(value: object, type_: Any, key: str, mistakes: Mistakes) -> Any:
    from_environment = key in mistakes.variables
    if type_ is Secret:
        return _secret(value, key, mistakes, from_environment=from_environment)
    if from_environment and isinstance(value, str):
        value = _from_text(value, type_)
    try:
        return msgspec.convert(value, type_, strict=not from_environment, dec_hook=_decode_custom)
    except msgspec.ValidationError as error:
        text = str(error).replace("`", "").replace(" - at $", ", at ").replace("Expected", "expected")
        mistakes.add(key, f"{text}.", None)
        return _FAILED


def _secret(value: object, key: str, mistakes: Mistakes, *, from_environment: bool) -> Any:
    if isinstance(value, str) and (from_environment or not value):
        return Secret(value)
    variable = f"NEWSLETTER_{key.upper().replace('.', '__')}"
    mistakes.add(
        key,
        "is a secret and does not belong in the settings file.",
        f"Remove it here and set {variable} in the environment or in .env (or {variable}_FILE).",
    )
    return _FAILED


def _from_text(text: str, type_: Any) -> object:
    """Return the value that an environment variable spells: JSON, or a comma-separated list."""
    if text[:1] in {"[", "{"}:
        try:
            return json.loads(text)
        except ValueError:
            return text
    if getattr(type_, "__origin__", None) is tuple:
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def _decode_custom(type_: type, value: object) -> object:
    if type_ is ZoneInfo and isinstance(value, str):
        try:
            return ZoneInfo(value)
        except (OSError, ValueError):  # ZoneInfoNotFoundError is a KeyError; a bad key is a ValueError
            raise ValueError(f"there is no time zone `{value}`, write one such as Europe/Brussels") from None
        except KeyError:
            raise ValueError(f"there is no time zone `{value}`, write one such as Europe/Brussels") from None
    if type_ is Path and isinstance(value, str):
        return Path(value)
    raise ValueError(f"expected {type_.__name__}, got {_name(value)}")


def _name(value: object) -> str:
    names = {
        bool: "true or false",
        str: "text",
        int: "a number",
        float: "a number",
        list: "a list",
        dict: "a table",
    }
    return names.get(type(value), type(value).__name__)
