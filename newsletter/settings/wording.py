"""The types of settings in a person's words: what may be written, and an example of it."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from enum import Enum
from typing import Annotated, Any, Literal, get_args, get_origin
from zoneinfo import ZoneInfo

from newsletter.settings.forms import Form

_WORDS: Mapping[type, str] = {
    bool: "true or false",
    str: "a text",
    int: "a whole number",
    float: "a number",
    date: "a date",
    ZoneInfo: "a time zone",
    tuple: "a list",
    Mapping: "a table",
    # What only TOML and JSON have.
    list: "a list",
    dict: "a table",
    datetime: "a date with a time",
    time: "a time",
    type(None): "nothing",
}
_EXAMPLES: Mapping[type, object] = {
    bool: True,
    str: "…",
    int: 1,
    float: 1.0,
    date: date(2026, 11, 1),
    ZoneInfo: "Europe/Brussels",
}


def choices(type_: Any) -> tuple[str, ...]:
    """Return the values of a closed set; none for another type."""
    if get_origin(type_) is Literal:
        return get_args(type_)
    return (
        tuple(member.value for member in type_) if isinstance(type_, type) and issubclass(type_, Enum) else ()
    )


def words(type_: Any) -> str:
    """Return what a value of *type_* is."""
    if allowed := choices(type_):
        return f"one of {_listed(f'`{choice}`' for choice in allowed)}"
    if get_origin(type_) is Annotated:
        base, *marks = get_args(type_)
        return words(base) + "".join(map(_bounds, marks))
    return _WORDS[get_origin(type_) or type_]


def words_of(value: object) -> str:
    """Return what *value*, read from TOML or JSON, is; its text is not repeated."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value) if abs(value) < 10**9 else "a number like that"
    return _WORDS.get(type(value), "that")


def example(type_: Any, *, spelled: bool) -> str:
    """Return a value of *type_* as TOML writes it, or, *spelled*, as a variable of the environment does."""
    value = _example(type_)
    if not spelled:
        return _toml(value)
    if isinstance(value, list):
        return ",".join(map(str, value))
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | bool) else str(value)


def _example(type_: Any) -> object:
    if allowed := choices(type_):
        return allowed[0]
    origin, first, *others = get_origin(type_), *(get_args(type_) or (None,))
    if origin is Annotated:
        forms = [mark.example for mark in others if isinstance(mark, Form)]
        least = [mark.ge for mark in others if getattr(mark, "ge", None)]
        return next(iter([*forms, *least]), _example(first))
    if origin is tuple:
        return [_example(first)]
    if origin is Mapping:
        return {str(_example(first)): _example(others[0])}
    return _EXAMPLES[type_]


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(part)}" for key, part in value.items()) + " }"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return str(value) if isinstance(value, date) else json.dumps(value, ensure_ascii=False)


def _bounds(mark: object) -> str:
    least, most = getattr(mark, "ge", None), getattr(mark, "le", None)
    if least is not None and most is not None:
        return f" from {least} to {most}"
    return f", {least} or more" if least is not None else ""


def _listed(parts: Iterable[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last
