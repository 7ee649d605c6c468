"""Resolves what site generators would fill in, so that no shortcode ever reaches a reader.

What is safe is turned into Markdown (pictures, links, code, videos as links); the rest is dropped, its inner text
kept. Nothing is executed: `{{7*7}}` is no shortcode and stays. Every line keeps its number.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from newsletter.content.rules import ContentRules
from newsletter.content.shortcodes.dropped import DROPPED_TAG, DROPPED_VALUE, TABLE_OF_CONTENTS, tidied
from newsletter.content.shortcodes.finding import CODE_NAMES, Tag, TagKind, find_tags
from newsletter.content.shortcodes.lines import without_foreign_lines
from newsletter.content.shortcodes.output import output_of
from newsletter.errors import Level, Problem

#: What stands between their two tags is no text: a loop's body, a script.
_TEMPLATES = frozenset({"case", "for", "macro", "schema", "script", "style", "tablerow"})
#: Of a condition that only the website can decide, the first branch is kept.
_CONDITIONS = frozenset({"if", "ifchanged", "unless"})
_ALTERNATIVES = frozenset({"elif", "else", "elseif", "elsif"})
#: CommonMark, section 4.6, start condition 6: those around pictures and videos.
_HTML_BLOCK = re.compile(
    r"^ {0,3}</?(?:article|aside|blockquote|center|details|div|dl|figure|li|main|ol|p|section|table|td|tr|ul)\b",
    re.IGNORECASE | re.MULTILINE,
)
#: Characters before a tag in which its block of HTML would begin.
_FAR = 2_000
_SHAPES = {TagKind.HUGO: "{{{{< {} >}}}}", TagKind.LIQUID: "{{% {} %}}", TagKind.VALUE: "{{{{ {} }}}}"}


@dataclass(frozen=True, slots=True)
class Resolved:
    """A body without shortcodes, and what became of them."""

    body: str
    problems: tuple[Problem, ...] = ()


def resolve_shortcodes(
    body: str, rules: ContentRules, *, path: str, first_line: int = 1, is_html: bool = False
) -> Resolved:
    """Return *body*, which starts on line *first_line* of *path*, without the tags of site generators."""
    tags = list(find_tags(body, is_html=is_html)) if "{" in body else []
    writer = _Writer(body=body, rules=rules, is_html=is_html)
    text = tidied(writer.write(tags))
    if not is_html:
        text = without_foreign_lines(text)
    return Resolved(text, tuple(_problems(writer.seen, body, path, first_line)))


@dataclass(slots=True)
class _Writer:
    """Writes a body anew, from its text and its tags."""

    body: str
    rules: ContentRules
    is_html: bool
    #: Each shortcode, and whether it could be filled in.
    seen: list[tuple[Tag, bool]] = field(default_factory=list)
    #: Where the conditions that are being written end, the innermost last.
    _conditions: list[Tag] = field(default_factory=list)
    #: The second half of code, by the place of its tag.
    _fences: dict[int, str] = field(default_factory=dict)

    def write(self, tags: Sequence[Tag]) -> str:
        """Return the body with every tag replaced."""
        pairs = _pairs(tags)
        parts: list[str] = []
        position = 0
        for tag in tags:
            if tag.start < position:
                continue
            partner = pairs.get(tag.start)
            end = self._end(tag, partner)
            parts.append(self.body[position : tag.start])
            parts.append(_with_lines_of(self.body[tag.start : end], self._replacement(tag, partner)))
            position = end
        parts.append(self.body[position:])
        return "".join(parts)

    def _end(self, tag: Tag, partner: Tag | None) -> int:
        """Return where the text goes on: behind *tag*, or behind what it hides."""
        if tag.kind is not TagKind.LIQUID:
            return tag.end
        while self._conditions and self._conditions[-1].start <= tag.start:
            self._conditions.pop()
        if partner and tag.name in _TEMPLATES:
            return partner.end
        if partner and tag.name in _CONDITIONS:
            self._conditions.append(partner)
        elif self._conditions and tag.name in _ALTERNATIVES:
            return self._conditions[-1].start
        return tag.end

    def _replacement(self, tag: Tag, partner: Tag | None) -> str:
        if tag.kind is TagKind.LITERAL:
            return tag.content
        if tag.kind is TagKind.ATTRIBUTES:
            return TABLE_OF_CONTENTS if tag.name == "toc" else DROPPED_TAG
        if tag.is_closing or tag.name in _ALTERNATIVES:
            return self._fences.get(tag.start, DROPPED_TAG)
        text = (
            self._code(tag, partner)
            if tag.name in CODE_NAMES
            else output_of(tag, self.rules, is_html=self.is_html or _is_in_html(tag, self.body))
        )
        self.seen.append((tag, text is not None))
        if text is None:
            return DROPPED_VALUE if tag.kind is TagKind.VALUE else DROPPED_TAG
        return text

    def _code(self, tag: Tag, partner: Tag | None) -> str | None:
        """Return the beginning of the code between *tag* and *partner*, and remember its end."""
        if partner is None:
            return None
        inner = self.body[tag.end : partner.start]
        if self.is_html:
            self._fences[partner.start] = "</pre>"
            return "<pre>"
        is_block = "\n" in inner
        if is_block and not (_is_alone(tag, self.body) and _is_alone(partner, self.body)):
            return None
        longest = max((len(run) for run in re.findall("`+", inner)), default=0)
        fence = "`" * max(longest + 1, 3 if is_block else 1)
        self._fences[partner.start] = fence
        language = re.match(r"[\w+#-]*", tag.content)
        return fence + (language.group() if language and is_block else "")


def _pairs(tags: Sequence[Tag]) -> dict[int, Tag]:
    """Return the closing tag of each tag that has one, by the place of the opening one."""
    opened: dict[tuple[TagKind, str], list[Tag]] = {}
    pairs: dict[int, Tag] = {}
    for tag in tags:
        same = opened.setdefault((tag.kind, tag.name), [])
        if not tag.is_closing:
            same.append(tag)
        elif same:
            pairs[same.pop().start] = tag
    return pairs


def _is_in_html(tag: Tag, body: str) -> bool:
    """Whether *tag* stands in a block of HTML, which ends with an empty line: Markdown would be printed as it is there."""
    begin = max(body.rfind("\n\n", 0, tag.start), tag.start - _FAR)
    return _HTML_BLOCK.search(body, max(begin, 0), tag.start) is not None


def _is_alone(tag: Tag, body: str) -> bool:
    """Whether nothing else stands on the line of *tag*."""
    before = body.rfind("\n", 0, tag.start) + 1
    after = body.find("\n", tag.end)
    return not (body[before : tag.start] + body[tag.end : after if after >= 0 else None]).strip()


def _with_lines_of(original: str, replacement: str) -> str:
    return replacement + "\n" * (original.count("\n") - replacement.count("\n"))


def _problems(seen: Sequence[tuple[Tag, bool]], body: str, path: str, first_line: int) -> Iterator[Problem]:
    """Yield one problem for each name, on the line where it stands first; one that was dropped comes before the rest."""
    first: dict[str, tuple[Tag, bool]] = {}
    for tag, is_filled in sorted(seen, key=lambda each: each[1]):
        first.setdefault(_SHAPES[tag.kind].format(tag.name.partition(".")[0] or tag.name), (tag, is_filled))
    for shape, (tag, is_filled) in sorted(first.items(), key=lambda each: each[1][0].start):
        what = (
            "was filled in as well as can be"
            if is_filled
            else "can only be filled in by the website and is left out"
        )
        yield Problem(
            level=Level.WARNING,
            rule="shortcode",
            message=f"`{shape}` {what}.",
            path=path,
            line=first_line + body.count("\n", 0, tag.start),
            help="Write what readers should see; {% raw %} and {% endraw %} around it show it as it is.",
        )
