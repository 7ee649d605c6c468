"""A table of the settings into a frozen dataclass, collecting every mistake on the way.

msgspec gives each single value its type; what is ours is going on after a mistake, with a stand-in for what was wrong,
so that the rules between settings find theirs in the same round.
"""

import dataclasses
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from newsletter.nearest import nearest
from newsletter.settings.environment import Variable, by_variable
from newsletter.settings.forms import Form, shown
from newsletter.settings.mistakes import Mistakes
from newsletter.settings.model import Secret
from newsletter.settings.wording import choices, example, words, words_of

T = TypeVar("T")

#: What no setting may hold; a path or a header with it breaks somewhere else. Line breaks are for each form to judge.
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
#: What `convert` returns for a value that was recorded as wrong.
FAILED: Any = object()


def key_of(field: "dataclasses.Field[Any]") -> str:
    """Return the name that *field* has in the file."""
    return field.name.rstrip("_")


def keys_of(cls: type[Any]) -> dict[str, Any]:
    """Return the keys of the table that *cls* describes, each with its type; a field `key` is the table's own name."""
    types = get_type_hints(cls, include_extras=True)
    return {key_of(field): types[field.name] for field in dataclasses.fields(cls) if field.name != "key"}


def decode(cls: type[T], table: object, place: str, mistakes: Mistakes, **given: object) -> T:
    """Return *table* as a *cls*; a value that is wrong or missing is recorded, and its default stands in for it.

    *given*: the field `key`, and defaults that depend on it. A required field without any is a text, and its stand-in
    is empty.
    """
    if not isinstance(table, Mapping):
        mistakes.add(
            place, f"must be a table, not {words_of(table)}.", f"Write [{place}] and its keys below it."
        )
        mistakes.replaced.add(place)
        table = None
    types = keys_of(cls)
    values = dict(given)
    for name in table or ():
        if name not in types:
            mistakes.add_unknown(f"{place}.{name}", types)
    for field in dataclasses.fields(cls):  # type: ignore[arg-type]  # a dataclass by contract
        name, key = key_of(field), f"{place}.{key_of(field)}"
        if name in types and table and name in table:
            values |= _decoded(field, table[name], types[name], key, mistakes)
        elif _is_required(field) and field.name not in given and table is not None:
            remedy = f"Add {name} = {example(types[name], spelled=False)} to [{place}]."
            mistakes.add(key, "is missing.", remedy)
            mistakes.replaced.add(key)
        if _is_required(field):
            values.setdefault(field.name, "")
    return cls(**values)


def _decoded(
    field: "dataclasses.Field[Any]", value: object, type_: Any, key: str, mistakes: Mistakes
) -> dict[str, Any]:
    text = value.text if isinstance(value, Variable) else value
    if text == "" == field.default:
        return {}  # as good as left out, whatever form the text must have
    converted = convert(value, type_, key, mistakes)
    if converted is not FAILED:
        return {field.name: converted}
    mistakes.replaced.add(key)
    return {}


def _is_required(field: "dataclasses.Field[Any]") -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def convert(value: object, type_: Any, key: str, mistakes: Mistakes) -> Any:
    """Return *value* as a *type_*, or FAILED after recording why it is none."""
    if type_ is Secret:
        return _secret(value, key, mistakes)
    if isinstance(type_, UnionType):
        *_, table = arms = [arm for arm in get_args(type_) if arm is not NoneType]
        type_ = table if _is_table(value) else arms[0]
    # A text in the environment may spell a number.
    spelled = isinstance(value, Variable)
    if isinstance(value, Variable):
        value = spelled_value(value.text, type_)
    if get_origin(type_) is tuple:
        return _list(value, type_, key, mistakes, spelled=spelled)
    if get_origin(type_) is Mapping:
        return _table(value, type_, key, mistakes)
    return _single(value, type_, key, mistakes, spelled=spelled)


def spelled_value(text: str, type_: Any) -> object:
    """Return what a variable spells: for a table JSON, for a list JSON or parts between commas, else the text."""
    is_list, is_table = get_origin(type_) is tuple, get_origin(type_) is Mapping
    if (is_list and text[:1] == "[") or (is_table and text[:1] == "{"):
        with suppress(ValueError, RecursionError):
            return json.loads(text)
        return text
    return [part.strip() for part in text.split(",") if part.strip()] if is_list else text


def _is_table(value: object) -> bool:
    return isinstance(value, Mapping) or (isinstance(value, Variable) and value.text[:1] == "{")


def _secret(value: object, key: str, mistakes: Mistakes) -> Any:
    if isinstance(value, Variable):
        return Secret(value.text)
    if value == "":
        return Secret()
    mistakes.add(key, "is a secret and does not belong in the settings file.", by_variable(key))
    return FAILED


def _list(value: object, type_: Any, key: str, mistakes: Mistakes, *, spelled: bool) -> Any:
    """Return the entries that are right; FAILED when none of several is."""
    if not isinstance(value, list):
        return _wrong(value, type_, key, mistakes)
    (of, *_) = get_args(type_)
    entries = [_single(entry, of, key, mistakes, spelled=spelled, within=type_) for entry in value]
    right = tuple(entry for entry in entries if entry is not FAILED)
    return right if right or not entries else FAILED


def _table(value: object, type_: Any, key: str, mistakes: Mistakes) -> Any:
    if not isinstance(value, Mapping):
        return _wrong(value, type_, key, mistakes)
    name_type, part_type = get_args(type_)
    parts: dict[str, Any] = {}
    for name, part in value.items():
        place = f"{key}.{name}"
        known = convert(name, name_type, place, mistakes)
        converted = convert(part, part_type, place, mistakes)
        if known is not FAILED and converted is not FAILED:
            parts[name] = converted
    return parts


def _single(
    value: object, type_: Any, key: str, mistakes: Mistakes, *, spelled: bool, within: Any = None
) -> Any:
    if type_ is ZoneInfo and isinstance(value, str):
        return _zone(value, key, mistakes)
    try:
        converted = msgspec.convert(value, type_, strict=not spelled)
    except msgspec.ValidationError:
        return _wrong(value, type_, key, mistakes, within=within)
    if isinstance(converted, str) and _UNFIT.search(converted):
        mistakes.add(key, "holds a control character, or what is not text.", "Write it anew.")
        return FAILED
    for mark in get_args(type_)[1:] if get_origin(type_) is Annotated else ():
        if isinstance(mark, Form) and (advice := mark.check(converted)):
            mistakes.add(key, *advice)
            return FAILED
    return converted


def _zone(text: str, key: str, mistakes: Mistakes) -> Any:
    try:
        return ZoneInfo(text)
    except (
        OSError,
        ValueError,
        KeyError,
    ):  # a folder of zones, or no path; ZoneInfoNotFoundError is a KeyError
        zones = sorted(available_timezones())
    city = text.rpartition("/")[2].casefold()
    same = [zone for zone in zones if zone.rpartition("/")[2].casefold() == city]
    meant_zone = same[0] if same else nearest(text, zones)
    remedy = f"Did you mean `{meant_zone}`?" if meant_zone else "Write one such as Europe/Brussels."
    mistakes.add(key, f"there is no time zone {shown(text)}.", remedy)
    return FAILED


def _wrong(value: object, type_: Any, key: str, mistakes: Mistakes, *, within: Any = None) -> Any:
    """Record that *value*, an entry of a list of type *within* or all of *key*, is no *type_*; its text is not repeated."""
    is_variable = key in mistakes.variables
    name = mistakes.place(key).name if is_variable else key.rpartition(".")[2]
    sample = example(within or type_, spelled=is_variable)
    remedy = f"Write {name}={sample}" if is_variable else f"Write {name} = {sample}."
    allowed = choices(type_)
    guess = nearest(value.casefold(), allowed) if isinstance(value, str) else None
    got = "" if is_variable or (allowed and isinstance(value, str)) else f", not {words_of(value)}"
    mistakes.add(
        key,
        f"{'an entry ' if within else ''}must be {words(type_)}{got}.",
        f"Did you mean `{guess}`?" if guess else remedy,
    )
    return FAILED
