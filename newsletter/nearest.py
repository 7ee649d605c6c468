"""The known name that somebody probably meant: every stage may ask, as every stage may complain."""

import difflib
from collections.abc import Iterable

#: Of `difflib`, from 0 to 1: one slip in a word of four letters, two in one of six.
_ALIKE = 0.6


def nearest(name: str, known: Iterable[str], *, likeness: float = _ALIKE) -> str | None:
    """Return the one of *known* that *name* is most like, None when nothing is like it.

    *likeness*: from 0 (anything) to 1 (the same).
    """
    return next(iter(difflib.get_close_matches(name, list(known), n=1, cutoff=likeness)), None)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return the sentence that helps somebody who wrote *name*, which is none of *known*."""
    names = list(known)
    meant = nearest(name, names)
    return f"Did you mean `{meant}`?" if meant else f"Known: {', '.join(names) or 'none'}."
