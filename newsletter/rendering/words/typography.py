"""Small typographic care for lines of text: no lonely last word, nothing cut in the middle of a word."""

import re
from collections.abc import Iterable, Sequence

from newsletter.rendering.words.dates import NO_BREAK_SPACE

ELLIPSIS = "…"
_SENTENCE_ENDS = (".", "!", "?", "…", "。", "؟")
_PART_ENDS = (",", ";", ":", "–", "،", "؛")

#: Longer than this, the two last words would rather make a narrow column ragged than help.
_LONGEST_BOUND = 18


#: French puts a space before these, and no line may begin with one.
_BEFORE_MARK = re.compile(r" (?=[:;?!»%€])|(?<=«) ")


def bound(text: str) -> str:
    """Return *text* with no-break spaces where a break would tear a mark from its word."""
    return _BEFORE_MARK.sub(NO_BREAK_SPACE, text)


def bound_headline(line: str) -> str:
    """Return *line* bound, its last word too where that keeps a short word from standing alone."""
    line = bound(line)
    head, space, last = line.rpartition(" ")
    if not space or head.count(" ") < 2 or len(head.rpartition(" ")[2]) + len(last) > _LONGEST_BOUND:
        return line
    return f"{head}{NO_BREAK_SPACE}{last}"


def cut(line: str, longest: int) -> str:
    """Return *line*, shortened at a word to at most *longest* characters, with an ellipsis when it was."""
    if len(line) <= longest:
        return line
    kept = line[: longest - 1]
    if not line[longest - 1].isspace():
        kept = kept.rpartition(" ")[0] or kept
    return kept.rstrip(" ,;:·–-") + ELLIPSIS


def cut_words(text: str, longest: int) -> str:
    """Return *text*, shortened to at most *longest* words.

    It ends with a sentence where a quarter or more of them stays, else with a part of one where half stays, else with a word.
    """
    words = text.split()
    if len(words) <= longest:
        return text
    if count := _last_with(words, _SENTENCE_ENDS, range(longest, longest // 4, -1)):
        return " ".join(words[:count])
    count = _last_with(words, _PART_ENDS, range(longest, longest // 2, -1)) or longest
    return " ".join(words[:count]).rstrip(" ,;:·–-،؛") + ELLIPSIS


def _last_with(words: Sequence[str], ends: tuple[str, ...], counts: Iterable[int]) -> int:
    return next((count for count in counts if words[count - 1].endswith(ends)), 0)
