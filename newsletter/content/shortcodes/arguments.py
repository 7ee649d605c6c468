"""What stands behind the name in a tag: `src="a.png" alt='A cat'`, `"a.png" "A cat"`, `(id="x")`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_MAX_LENGTH = 4_000
_QUOTED = r"\"([^\"]*)\"|'([^']*)'|`([^`]*)`"
_NAMED = re.compile(rf"([\w.:-]{{1,60}})\s{{0,20}}[=:]\s{{0,20}}(?:{_QUOTED}|([^\s,()\"']+))")
_POSITIONAL = re.compile(rf"{_QUOTED}|([^\s,()\"'|]+)")


@dataclass(frozen=True, slots=True)
class Arguments:
    """A tag's arguments; filters are among the positional ones."""

    named: Mapping[str, str]
    positional: tuple[str, ...]

    def first(self, *names: str, position: int | None = None) -> str:
        """Return the first of *names* that is given, else the argument at *position*, else ""."""
        for name in names:
            if self.named.get(name):
                return self.named[name]
        if position is not None and position < len(self.positional):
            return self.positional[position]
        return ""


def arguments_of(content: str) -> Arguments:
    """Return the arguments in a tag's *content*; names in lower case."""
    content = content[:_MAX_LENGTH]
    named = {found[1].casefold(): _value(found, 2) for found in _NAMED.finditer(content)}
    rest = _NAMED.sub(" ", content)
    return Arguments(named, tuple(_value(found, 1) for found in _POSITIONAL.finditer(rest)))


def _value(found: re.Match[str], first_group: int) -> str:
    return next((value for value in found.groups()[first_group - 1 :] if value is not None), "")
