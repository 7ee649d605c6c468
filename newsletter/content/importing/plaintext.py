"""Pasted text into blocks: entries of lists by their marks, paragraphs that were wrapped put together again."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from newsletter.content.importing.blocks import Block, Form
from newsletter.content.importing.dates import find_dates

_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u2028"))
_BULLET = re.compile(
    r"(?P<indent>[ \t]*)(?P<mark>[•◦▪▫●○■□‣⁃∙·►▸▶➢➤✓✔❖]|[-–—*+](?=\s)|o(?=\s{2,}|\t))\s*(?P<text>.*)"
)
#: With what an entry of a list begins, where it is no dash.
BULLET_MARKS = re.compile(r"[•◦▪▫●○■□‣⁃∙·►▸▶➢➤✓✔❖]\s*")
#: With what an entry of a numbered list begins.
NUMBER_MARK = re.compile(r"(\d{1,2})[.)]\s+(?=\S)")
_NUMBER = re.compile(
    r"(?P<indent>[ \t]*)(?:\((?P<in>\d{1,2})\)|(?P<at>\d{1,2})[.)])(?:\s+(?P<text>\S.*)|\s*)$"
)
_RULE = re.compile(r"([=_~*#–—-])\1{2,}|(?:[*•-] ){2,}[*•-]")
_MARKDOWN_HEADING = re.compile(r"(?P<marks>#{1,6})\s+(?P<text>\S.*?)\s*#*")
#: `> What comes next`: websites that put a mark before their headings; a mail that is quoted has sentences.
_DECORATED = re.compile(r"(?:>{1,3}|»)\s+(?P<text>[^\W\d_][^>»«]{2,90}[^\s.,;:!»>])")
_ENDS = re.compile(r"[.!?:;…]['\"”’»)\]]*$")
_MAIL_DATE = re.compile(r"(?:date|sent|gesendet|datum|envoyé|enviado|inviato|data)\s*:\s*", re.IGNORECASE)
_MAIL_SUBJECT = re.compile(
    r"(?:subject|betreff|objet|oggetto|asunto|onderwerp)\s*:\s*(?:(?:re|fwd?|aw|wg|tr|rv|i|r)\s*:\s*)*(?P<text>\S.*)",
    re.IGNORECASE,
)
_MAIL_HEADER = re.compile(
    rf"(?:from|to|cc|bcc|reply-to|subject|von|an|betreff|de|à|objet|da|a|oggetto|asunto|para)\s*:\s|{_MAIL_DATE.pattern}",
    re.IGNORECASE,
)
#: Fewer lines are no header: `To: all members`.
_FEW_HEADERS = 2
#: In characters: lines that mail programs and old sites wrap.
_WRAPPED = range(50, 100)


@dataclass(slots=True)
class _Line:
    number: int
    raw: str
    #: Blank lines above it.
    gap: int

    @property
    def text(self) -> str:
        return self.raw.strip()


def text_blocks(text: str) -> list[Block]:
    """Return the lines of *text* as blocks; which of them are headings is not known yet."""
    lines = _with_marks_joined(_without_rules(_without_mail_header(list(_lines(text)))))
    return [_block(line) for line in (_unwrapped(lines) if _is_wrapped(lines) else lines)]


def tidy(text: str) -> str:
    """Return *text* without what nobody sees, with plain spaces."""
    visible = text.translate(_INVISIBLE)
    return "".join(" " if unicodedata.category(each) == "Zs" else each for each in visible)


def _lines(text: str) -> Iterator[_Line]:
    gap = 0
    for number, raw in enumerate(text.split("\n"), start=1):
        line = tidy(raw).rstrip()
        if not line.strip():
            gap += 1
        else:
            yield _Line(number, line.replace("\t", "    "), gap)
            gap = 0


def _without_mail_header(lines: list[_Line]) -> list[_Line]:
    """Return *lines* without the header of a forwarded mail; its subject is the title, its date that of publication."""
    end = 0
    while end < len(lines) and _MAIL_HEADER.match(lines[end].text):
        end += 1
    if end < _FEW_HEADERS:
        return lines
    dates = [line for line in lines[:end] if _MAIL_DATE.match(line.text)]
    subjects = [found for line in lines[:end] if (found := _MAIL_SUBJECT.fullmatch(line.text))]
    return [
        *(_Line(lines[0].number, subject["text"], 0) for subject in subjects[:1]),
        *(_Line(line.number, _MAIL_DATE.sub("Published: ", line.text), 0) for line in dates),
        *lines[end:],
    ]


def _without_rules(lines: list[_Line]) -> list[_Line]:
    """Return *lines* without those that are drawn; what is underlined is a heading, what follows `-- ` a mail's signature."""
    kept: list[_Line] = []
    for line in lines:
        if line.text == "--" and kept:
            break
        if not _RULE.fullmatch(line.text):
            kept.append(line)
        elif kept and line.gap == 0 and line.number == kept[-1].number + 1 and line.text[0] in "=-~":
            marks = "#" if line.text[0] == "=" else "##"
            kept[-1] = _Line(kept[-1].number, f"{marks} {kept[-1].text}", kept[-1].gap)
    return kept


def _with_marks_joined(lines: list[_Line]) -> list[_Line]:
    """Return *lines* with a mark that stands alone put before the line below it."""
    joined: list[_Line] = []
    for line in lines:
        last = joined[-1] if joined else None
        if last is not None and _is_mark_alone(last.raw) and not _is_mark_alone(line.raw):
            joined[-1] = _Line(last.number, f"{last.raw} {line.text}", last.gap)
        else:
            joined.append(line)
    return joined


def _is_mark_alone(raw: str) -> bool:
    bullet, number = _BULLET.fullmatch(f"{raw} "), _NUMBER.fullmatch(raw)
    return bool((bullet and not bullet["text"].strip()) or (number and not number["text"]))


def _is_wrapped(lines: list[_Line]) -> bool:
    """Whether sentences go on from line to line: most lines that another follows are as long as each other, and end nowhere."""
    inner = [line for line, after in pairwise(lines) if after.gap == 0 and not _begins_anew(after.raw)]
    if len(inner) < 3 or max(len(line.raw) for line in lines) >= _WRAPPED.stop:
        return False
    broken = [line for line in inner if len(line.raw) in _WRAPPED and not _ENDS.search(line.text)]
    return len(broken) * 2 > len(inner)


def _unwrapped(lines: list[_Line]) -> list[_Line]:
    joined: list[_Line] = []
    width = max((len(line.raw) for line in lines), default=0)
    before: _Line | None = None
    for line in lines:
        goes_on = before is not None and line.gap == 0 and not _begins_anew(line.raw)
        if goes_on and before is not None and (len(before.raw) > width * 0.6 or line.text[:1].islower()):
            last = joined[-1]
            joined[-1] = _Line(last.number, f"{last.raw} {line.text}", last.gap)
        else:
            joined.append(line)
        before = line
    return joined


def _begins_anew(raw: str) -> bool:
    return bool(_BULLET.fullmatch(raw) or _NUMBER.fullmatch(raw) or _MARKDOWN_HEADING.fullmatch(raw.strip()))


def _block(line: _Line) -> Block:
    return replace(_read(line), line=line.number, gap=line.gap)


def _read(line: _Line) -> Block:
    if (found := _BULLET.fullmatch(line.raw)) and found["text"].strip():
        depth = 1 if len(found["indent"]) > 3 else 0
        return Block(form=Form.BULLET, text=_one_line(found["text"]), level=depth)
    if (found := _NUMBER.fullmatch(line.raw)) and found["text"] and not begins_with_date(line.text):
        number = int(found["in"] or found["at"])
        return Block(form=Form.NUMBERED, text=_one_line(found["text"]), number=number)
    if found := _DECORATED.fullmatch(line.text):
        return Block(text=_one_line(found["text"]))
    if found := _MARKDOWN_HEADING.fullmatch(line.text):
        return Block(form=Form.HEADING, text=_one_line(found["text"]), level=len(found["marks"]))
    return Block(text=_one_line(line.text))


def begins_with_date(text: str) -> bool:
    """Whether the number at the beginning of *text* is that of a day: `8. bis 10. Oktober`."""
    spans = find_dates(text[:80])
    return bool(spans) and spans[0].begin == 0


def _one_line(text: str) -> str:
    return " ".join(text.split())
