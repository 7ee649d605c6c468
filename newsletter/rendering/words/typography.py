"""Small typographic care for lines of text: no lonely last word, nothing cut in the middle of a word."""

import re

from newsletter.rendering.words.dates import NO_BREAK_SPACE

ELLIPSIS = "…"

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
    """Return *text*, shortened to at most *longest* words: at the end of a sentence unless little more than a third would stay."""
    words = text.split()
    if len(words) <= longest:
        return text
    for count in range(longest, longest * 2 // 5, -1):
        if words[count - 1].endswith((".", "!", "?", "…", "。", "؟")):
            return " ".join(words[:count])
    return " ".join(words[:longest]).rstrip(" ,;:·–-") + ELLIPSIS
