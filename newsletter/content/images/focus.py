"""The point of a picture that stays when its edges are cut off."""

import re
from dataclasses import dataclass

_PERCENT = re.compile(r"(\d{1,3})(?:\.\d+)?\s*%?")
_ACROSS = {"left": 0.0, "right": 1.0}
_DOWN = {"top": 0.0, "bottom": 1.0}
_MIDDLE = frozenset({"center", "centre", "middle"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Focus:
    """The point that matters most, in parts of width and height from the upper left corner."""

    x: float = 0.5
    y: float = 0.5


CENTRE = Focus()


def read_focus(text: str) -> Focus | None:
    """Return the point that *text* names, as `top`, `bottom left` or `30% 20%` (across, down); None if it names none."""
    words = text.lower().replace(",", " ").split()
    if len(words) == 2 and (percents := [_PERCENT.fullmatch(word) for word in words]) and all(percents):
        across, down = (min(int(found[1]), 100) / 100 for found in percents if found)
        return Focus(x=across, y=down)
    if (
        not words
        or len(words) > 2
        or not all(word in _MIDDLE | _ACROSS.keys() | _DOWN.keys() for word in words)
    ):
        return None
    across, down = (next((parts[word] for word in words if word in parts), 0.5) for parts in (_ACROSS, _DOWN))
    return Focus(x=across, y=down)
