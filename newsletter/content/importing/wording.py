"""What a line is by its form alone: prose, a title, a mere date."""

import re
import unicodedata

from newsletter.content.importing.dates import find_dates

#: Ends of sentences, with a next one after them or at the end.
_SENTENCE_END = re.compile(r"[.!?…]['\"”’»)\]]*(?=\s+[\"“‘«(]?[A-ZÀ-ÞĀ-Ž0-9]|$)")
#: Characters: so far sentences are told apart.
_MAX_LENGTH = 5000
_PROSE_END = re.compile(r"[.!?:…]['\"”’»)\]]*$|\bhttps?://\S{4,200}$")
_WORD = re.compile(r"[^\W\d_]{2,}")
#: What may stand beside a date without making a sentence of it.
_BESIDE_DATES = re.compile(
    r"\b(?:published|posted|updated|last|on|by|admin|from|to|until|at|the|date|veröffentlicht|erschienen|am|vom|von|bis|um|uhr|publié|mis|en|ligne|le|du|au|à|el|il|op|cet|cest|mez|utc|h|am|pm|a|p|m)\b",
    re.IGNORECASE,
)


def is_prose(text: str) -> bool:
    """Whether *text* is at least one whole sentence of some length."""
    words = len(_WORD.findall(text))
    return (words >= 8 and bool(_PROSE_END.search(text))) or words >= 30


def sentences(text: str) -> list[str]:
    """Return the sentences of *text*, as far as their ends show it."""
    parts, start = [], 0
    for end in _SENTENCE_END.finditer(text, 0, _MAX_LENGTH):
        before = text[start : end.end()]
        # `Dr. Smith`, `8. October`, `e.g. this`: no end.
        if re.search(
            r"(?:\b(?:[A-Z]|Dr|Mr|Mrs|Ms|Prof|St|No|Nr|Art|bzw|ca|vs|Abs|Inc|Ltd|Gen|Col|Sgt|Lt|Hr|Fr|M|Mme|e\.g|i\.e|z\.B|d\.h|u\.a)|\b\d{1,2})\.$",
            before,
        ):
            continue
        parts.append(before.strip())
        start = end.end()
    if text[start:].strip():
        parts.append(text[start:].strip())
    return parts


def looks_like_title(text: str) -> bool:
    """Whether *text* may be a title or a heading: short, and no sentence."""
    if len(text) > 160 or not _WORD.search(text):
        return False
    return not re.search(r"[.;,:]['\"”’»]*$", text) and len(sentences(text)) <= 2


def is_lone_date(text: str) -> bool:
    """Whether *text* is a date and hardly anything else."""
    if len(text) > 70:
        return False
    spans = find_dates(text)
    if not spans:
        return False
    rest = text
    for span in reversed(spans):
        rest = rest[: span.begin] + rest[span.end :]
    return len(_WORD.findall(_BESIDE_DATES.sub(" ", rest))) == 0


def same(one: str, other: str) -> bool:
    """Whether two lines say the same, but for case, punctuation and blanks."""
    return plain(one) == plain(other) != ""


def plain(text: str) -> str:
    """Return *text* for comparing: letters and digits, in one case."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in decomposed if each.isalnum())
