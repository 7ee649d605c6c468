"""Fields of an issue file into checked values; each mistake becomes a problem at its line.

YAML gives every value as text, TOML and JSON give numbers, booleans and dates too: both are read here.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from newsletter.content.frontmatter.rawfields import YEARS, Value
from newsletter.content.frontmatter.splitting import FrontMatter
from newsletter.errors import Level, Problem
from newsletter.issues.file.values import ApprovalNote, Reference
from newsletter.issues.references import ItemFinder
from newsletter.nearest import did_you_mean

_FLAGS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_HASH = re.compile(r"[0-9a-f]{64}")
_BLANK_BEFORE_OFFSET = re.compile(r"\s+(?=(?:[+-]\d\d:?\d\d|Z)$)")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_EXAMPLE_TIME = "2026-03-01T09:00+01:00"


@dataclass(slots=True)
class Fields:
    """The fields of one file, asked for one by one; what is wrong collects in `problems`."""

    path: str
    front: FrontMatter
    #: The file's lines, to point at an entry of a list.
    source: Sequence[str]
    problems: list[Problem] = field(default_factory=list)

    def complain(self, name: str, message: str, help: str | None = None, *, line: int | None = None) -> None:
        """Record what is wrong with the field *name*."""
        self.problems.append(
            Problem(
                level=Level.ERROR,
                rule="issue-file",
                message=message,
                path=self.path,
                line=line or self.front.lines.get(name),
                help=help,
            )
        )

    def refuse_unknown(self, known: Collection[str]) -> None:
        """Complain of every field that is not one of *known*."""
        for name in self.front.fields:
            if name not in known:
                meant = did_you_mean(name, known)
                self.complain(name, f"there is no field `{name}` in an issue file.", meant)

    def text(self, name: str) -> str:
        """Return a text of one line, "" when there is none."""
        return self._one_line(name, self.front.fields.get(name))

    def texts_by_language(self, name: str, languages: Sequence[str]) -> dict[str, str]:
        """Return a text for all languages (under "") or one for each."""
        value = self.front.fields.get(name)
        if not isinstance(value, dict):
            text = self._one_line(name, value)
            return {"": text} if text else {}
        for language in value:
            if language not in languages:
                self.complain(
                    name, f"`{name}` has a text in `{language}`.", f"Languages: {', '.join(languages)}."
                )
        texts = {language: self._one_line(name, text) for language, text in value.items()}
        return {language: text for language, text in texts.items() if text}

    def lines(self, name: str) -> tuple[str, ...]:
        """Return a list of texts of one line each."""
        texts = (self._one_line(name, text) for text in self._list(name) or ())
        return tuple(text for text in texts if text)

    def flag(self, name: str, default: bool) -> bool:
        """Return true or false."""
        value = self.front.fields.get(name)
        if value is None:
            return default
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.lower() in _FLAGS:
            return _FLAGS[value.lower()]
        self.complain(name, f"`{name}` is neither true nor false.", f"Write {name}: true, or remove it.")
        return default

    def time(self, name: str) -> datetime | None:
        """Return a time with its offset."""
        value = self.front.fields.get(name)
        if value is None:
            return None
        try:
            text = _BLANK_BEFORE_OFFSET.sub("", str(value).strip())
            when = datetime.fromisoformat(text)
        except ValueError:
            self.complain(name, f"{name} `{value}` is not a time.", f"Write {_EXAMPLE_TIME}.")
            return None
        if when.tzinfo is None:
            self.complain(name, f"{name} has no time zone.", f"Write {_EXAMPLE_TIME}.")
            return None
        if when.year not in YEARS:
            self.complain(name, f"{name}: the year {when.year} cannot be meant.", f"Write {_EXAMPLE_TIME}.")
            return None
        return when

    def choices(self, name: str, known: Sequence[str]) -> tuple[str, ...]:
        """Return a list of which every entry is one of *known*."""
        chosen = []
        for text in self._list(name) or ():
            if text in known:
                chosen.append(text)
                continue
            meant = did_you_mean(text, known)
            self.complain(name, f"{name} has `{text}`, which is unknown.", meant, line=self._line(name, text))
        return tuple(dict.fromkeys(chosen))

    def choice(self, name: str, known: Sequence[str]) -> str:
        """Return one of *known*, "" when there is none."""
        if isinstance(self.front.fields.get(name), list):
            self.complain(name, f"{name} is a list.", f"Name one of {', '.join(known)}.")
            return ""
        return next(iter(self.choices(name, known)), "")

    def references(self, name: str, finder: ItemFinder) -> tuple[Reference, ...] | None:
        """Return the items that a list names, each once; None: the field is not there."""
        texts = self._list(name)
        if texts is None:
            return None
        found: dict[str, Reference] = {}
        for text in texts:
            line = self._line(name, text)
            keys = finder.find(text)
            if not keys:
                self.complain(
                    name, f"{name} has `{text}`, and there is no such item.", finder.nearest(text), line=line
                )
            elif len(keys) > 1:
                names = ", ".join(keys)
                self.complain(
                    name,
                    f"{name} has `{text}`, which means several items.",
                    f"Write one of {names}.",
                    line=line,
                )
            elif keys[0] in found:
                self.complain(name, f"{name} has `{text}` twice.", "Remove one of the two.", line=line)
            else:
                found[keys[0]] = Reference(key=keys[0], line=line)
        return tuple(found.values())

    def approval(self) -> ApprovalNote | None:
        """Return what `approve` wrote down."""
        value = self.front.fields.get("approval")
        if value is None:
            return None
        note = value if isinstance(value, dict) else {}
        hash_, parts = note.get("hash"), note.get("parts")
        if not (isinstance(hash_, str) and _HASH.fullmatch(hash_)):
            self.complain(
                "approval", "approval has no hash.", "newsletter approve writes it; remove it by unapprove."
            )
            return None
        return ApprovalNote(
            hash=hash_,
            by=_plain(note.get("by")),
            at=_plain(note.get("at")),
            parts={str(part): _plain(beginning) for part, beginning in parts.items()}
            if isinstance(parts, Mapping)
            else {},
        )

    def _one_line(self, name: str, value: Value) -> str:
        if value is None:
            return ""
        if not isinstance(value, str):
            self.complain(name, f"`{name}` is not a text.", f'Write {name}: "…".')
            return ""
        if _CONTROL.search(value.strip()):
            self.complain(name, f"`{name}` has a line break or control character.", "Keep it on one line.")
            return ""
        return value.strip()

    def _list(self, name: str) -> list[str] | None:
        value = self.front.fields.get(name)
        if value is None:
            return None
        entries = value if isinstance(value, list) else [value]
        texts = [entry.strip() for entry in entries if isinstance(entry, str) and entry.strip()]
        if len(texts) < len(entries):
            self.complain(
                name, f"{name} has an entry that is not a text.", "Write one name a line, each after a dash."
            )
        return texts

    def _line(self, name: str, text: str) -> int:
        """Return the line on which the entry *text* stands in the list *name*, else that of the list."""
        first = self.front.lines.get(name, 1)
        last = min((line for line in self.front.lines.values() if line > first), default=self.front.body_line)
        entry = re.compile(rf"(?<![\w/.-]){re.escape(text)}(?![\w/.-])")
        numbers = range(first, min(last, len(self.source)) + 1)
        return next((number for number in numbers if entry.search(self.source[number - 1])), first)


def _plain(value: object) -> str:
    return "" if value is None else str(value)
