"""Which mail program shows which feature: Can I email's data, read when it is first asked for."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "caniemail.json"

#: How the data's own notes begin, which the sentence around them says already.
_KIND_OF_NOTE = re.compile(r"^(?:partial(?:ly)?(?: support(?:ed)?)?|not supported|buggy)\.\s*", re.IGNORECASE)


class Answer(StrEnum):
    """Whether a mail program shows a feature, as the data writes it."""

    YES = "y"
    #: With exceptions, which a note may name.
    PARTLY = "a"
    NO = "n"
    #: Nobody has tried, or the data has no such program for this feature.
    UNKNOWN = "u"


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Mail programs of one name; `programs` has what each is called, by the data's name."""

    name: str
    programs: Mapping[str, str]
    #: What the programs on phones are called together.
    on_phones: str = ""


#: The programs that a finding names: together nearly everybody. Gmail's page for phones and Windows Mail, which is gone,
#: are left out.
FAMILIES = (
    Family(
        name="Gmail",
        programs={
            "gmail.desktop-webmail": "Gmail on the web",
            "gmail.ios": "Gmail for iOS",
            "gmail.android": "Gmail for Android",
        },
        on_phones="Gmail on phones",
    ),
    Family(
        name="Outlook",
        programs={
            "outlook.windows": "classic Outlook for Windows",
            "outlook.outlook-com": "new Outlook/Outlook.com",
            "outlook.macos": "Outlook for Mac",
            "outlook.ios": "Outlook for iOS",
            "outlook.android": "Outlook for Android",
        },
        on_phones="Outlook on phones",
    ),
    Family(
        name="Apple Mail",
        programs={"apple-mail.macos": "Apple Mail on the Mac", "apple-mail.ios": "Apple Mail for iOS"},
    ),
    Family(
        name="Yahoo",
        programs={
            "yahoo.desktop-webmail": "Yahoo on the web",
            "yahoo.ios": "Yahoo for iOS",
            "yahoo.android": "Yahoo for Android",
        },
        on_phones="Yahoo on phones",
    ),
    Family(name="Samsung Email", programs={"samsung-email.android": "Samsung Email"}),
    Family(
        name="Thunderbird",
        programs={"thunderbird.macos": "Thunderbird on the Mac", "thunderbird.windows": "Thunderbird"},
    ),
    # WEB.DE is the same program: the data answer alike wherever both were tried.
    Family(
        name="GMX/WEB.DE",
        programs={
            "gmx.desktop-webmail": "GMX/WEB.DE on the web",
            "gmx.ios": "GMX/WEB.DE for iOS",
            "gmx.android": "GMX/WEB.DE for Android",
        },
        on_phones="GMX/WEB.DE on phones",
    ),
    Family(
        name="Proton Mail",
        programs={
            "protonmail.desktop-webmail": "Proton Mail on the web",
            "protonmail.ios": "Proton Mail for iOS",
            "protonmail.android": "Proton Mail for Android",
        },
        on_phones="Proton Mail on phones",
    ),
)
PROGRAMS = tuple(program for family in FAMILIES for program in family.programs)
_PHONES = ("ios", "android")
#: Programs of a family from which on the only one that is not among them is named instead.
_MANY = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """Something that a letter may use, and which programs show it."""

    slug: str
    title: str
    #: By program.
    answers: Mapping[str, Answer]
    #: Numbers in `texts`, by program.
    notes: Mapping[str, tuple[str, ...]]
    texts: Mapping[str, str]

    def those(self, answer: Answer) -> tuple[str, ...]:
        """Return the programs with *answer*."""
        return tuple(program for program, found in self.answers.items() if found is answer)

    def notes_on(self, answer: Answer) -> tuple[str, ...]:
        """Return what the data says about *answer*, each once, without the words that only repeat it."""
        numbers = dict.fromkeys(number for each in self.those(answer) for number in self.notes.get(each, ()))
        texts = (_KIND_OF_NOTE.sub("", self.texts.get(number, "")).strip() for number in numbers)
        return tuple(filter(None, texts))

    def named(self, answer: Answer) -> str:
        """Return the programs with *answer* as a person lists them."""
        return joined(name for family in FAMILIES for name in self._named_of(family, set(self.those(answer))))

    def _named_of(self, family: Family, programs: set[str]) -> list[str]:
        known = {each for each in family.programs if self.answers[each] is not Answer.UNKNOWN}
        found = programs & known
        if not found:
            return []
        if found == known:
            return [family.name]
        if len(known - found) == 1 and len(found) >= _MANY:
            return [f"{family.name} except {family.programs[next(iter(known - found))]}"]
        phones = {each for each in known if each.endswith(_PHONES)}
        if family.on_phones and len(phones) > 1 and phones <= found:
            return [
                *(name for each, name in family.programs.items() if each in found - phones),
                family.on_phones,
            ]
        return [name for each, name in family.programs.items() if each in found]


def joined(names: Iterable[str]) -> str:
    """Return *names* as a list in a sentence."""
    *first, last = [*names] or [""]
    return f"{', '.join(first)} and {last}" if first else last


@cache
def feature(slug: str) -> Feature:
    """Return the feature that the data calls *slug*. Raises KeyError."""
    data = _data()
    entry = data["features"][slug]
    words = dict(zip(data["programs"], entry["support"].split(), strict=True))
    return Feature(
        slug=slug,
        title=entry["title"],
        answers={program: Answer(word[0]) for program, word in words.items()},
        notes={program: tuple(word[1:].split(",")) for program, word in words.items() if word[1:]},
        texts=entry.get("notes", {}),
    )


def slugs() -> frozenset[str]:
    """Return the name of every feature of the data."""
    return frozenset(_data()["features"])


@cache
def _data() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(DATA.read_text("utf-8"))
    return found
