"""Whose addresses may subscribe: domains, in which a star stands for one label or more, as in `*.police.example`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AllowedDomains:
    """Some domains, or all."""

    #: As people read them; none: all domains.
    patterns: tuple[str, ...] = ()
    _expressions: tuple[re.Pattern[str], ...] = ()

    @classmethod
    def from_patterns(cls, patterns: Sequence[str]) -> "AllowedDomains":
        """Return those that *patterns* name. Raises ValueError for what no domain can be."""
        return cls(tuple(patterns), tuple(_expression(pattern) for pattern in patterns))

    def holds(self, domain: str) -> bool:
        """Whether addresses of *domain*, which is in A-labels and lower case, may subscribe."""
        return not self.patterns or any(each.fullmatch(domain) for each in self._expressions)


def _expression(pattern: str) -> re.Pattern[str]:
    labels = [".+" if label == "*" else re.escape(_in_ascii(label)) for label in pattern.split(".")]
    return re.compile(r"\.".join(labels))


def _in_ascii(label: str) -> str:
    """Return *label* as it stands in an `Address` (RFC 5891)."""
    if label.isascii():
        return label.lower()
    import idna

    return idna.encode(label, uts46=True).decode("ascii")
