"""What is wrong with the settings, collected: each mistake with its place, the name it has there, and a remedy."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from newsletter.errors import Level, Problem
from newsletter.nearest import did_you_mean

FILE_NAME = "newsletter.toml"


class Advice(NamedTuple):
    """What is wrong with a value, and what to do."""

    message: str
    help: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a setting stands, and its name there: `provider.host` or `NEWSLETTER_PROVIDER__HOST`."""

    path: str
    line: int | None = None
    #: Empty for what concerns a whole line or file.
    name: str = ""


@dataclass(slots=True)
class Mistakes:
    """Collects what is wrong, by dotted key (`provider.host`)."""

    #: Dotted key → line in newsletter.toml.
    locate: Callable[[str], int | None] = lambda _key: None
    #: Keys that a variable set: their place is not the file.
    variables: Mapping[str, Place] = field(default_factory=dict)
    found: list[Problem] = field(default_factory=list)
    #: Keys of which something was said; what concerns a whole line or file has none.
    keys: set[str] = field(default_factory=set)
    #: Keys whose value was so wrong that a stand-in took its place; no rule may judge that.
    replaced: set[str] = field(default_factory=set)

    def place(self, key: str) -> Place:
        """Return where *key* stands."""
        return self.variables.get(key) or Place(path=FILE_NAME, line=self.locate(key), name=key)

    def add(self, key: str, message: str, help_: str) -> None:
        """Record that *key* is wrong."""
        self.keys.add(key)
        self.add_at(self.place(key), message, help_)

    def add_at(self, place: Place, message: str, help_: str) -> None:
        """Record that what stands at *place* is wrong."""
        self.found.append(
            Problem(
                level=Level.ERROR,
                rule="settings",
                path=place.path,
                line=place.line,
                message=_printable(f"{place.name}: {message}" if place.name else message),
                help=_printable(help_),
            )
        )

    def add_unknown(self, key: str, known: Iterable[str]) -> None:
        """Record that the table of *key* has no such setting, with the nearest of those it has."""
        prefix, _, name = key.rpartition(".")
        self.add(key, f"there is no setting `{name}` in [{prefix}].", did_you_mean(name, known))


def _printable(text: str) -> str:
    """Return *text* without what breaks a line or a terminal: names and values that it repeats may hold that."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)
