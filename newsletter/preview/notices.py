"""What was done, or why not, to be said on the page that comes next."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass, field

#: What is still to be said; a page that is never opened again forgets it.
_MOST_NOTICES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is said."""

    words: str
    #: False: it says why nothing was done.
    is_done: bool


@dataclass(frozen=True, slots=True)
class Notices:
    """What is to be said, by names that stand in addresses."""

    _said: OrderedDict[str, Notice] = field(default_factory=OrderedDict)

    def add(self, words: str, *, is_done: bool) -> str:
        """Keep *words*; return their name."""
        name = secrets.token_urlsafe(8)
        self._said[name] = Notice(words=words, is_done=is_done)
        if len(self._said) > _MOST_NOTICES:
            self._said.popitem(last=False)
        return name

    def find(self, name: str) -> Notice | None:
        """Return what is said under that name."""
        return self._said.get(name)
