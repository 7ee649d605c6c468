"""Tidies the places where tags were dropped: empty links, lines with nothing left, tables of contents."""

import re

#: Non-characters: `clean_text` keeps them out of every text that is read.
DROPPED_TAG = "\ufdd0"
DROPPED_VALUE = "\ufdd1"
TABLE_OF_CONTENTS = "\ufdd2"

_MARKS = f"{DROPPED_TAG}{DROPPED_VALUE}{TABLE_OF_CONTENTS}"
_MARK = re.compile(f"<?[{_MARKS}]>?")
_LINK = re.compile(rf"(!?)\[([^\[\]\n]*)\]\([^()\n]*[{_MARKS}][^()\n]*\)")
#: The list item that kramdown turns into a table of contents, with `{:toc}` below it or behind it.
_CONTENTS = re.compile(
    rf"^(?:[ \t]*(?:[*+-]|\d\.)[ \t][^\n]*\n)?[^\n{TABLE_OF_CONTENTS}]*{TABLE_OF_CONTENTS}", re.MULTILINE
)
#: `the release of Ruby {{ version }}.` keeps no blank before its end.
_BLANK_BEFORE = re.compile(rf"[ \t]+([{_MARKS}]+)(?=[.,;:!?)])")
_EMPHASIS = re.compile(rf"([*_]{{1,3}})([{_MARKS}]+)\1")
_CONTENTS_MARK = re.compile(r"^ {0,3}(?:\[TOC\]|\[\[_?TOC_?\]\])[ \t]*$", re.IGNORECASE | re.MULTILINE)
_WORD = re.compile(r"[^\W_]+")


def tidied(text: str) -> str:
    """Return *text* without the marks of dropped tags, line for line."""
    if "[" in text and "toc" in text.lower():
        text = _CONTENTS_MARK.sub("", text)
    if not any(mark in text for mark in _MARKS):
        return text
    if TABLE_OF_CONTENTS in text:
        text = _CONTENTS.sub(lambda found: "\n" * found.group().count("\n"), text)
    # A link whose address is not known would lead to the wrong page; its words stay.
    text = _LINK.sub(lambda link: DROPPED_TAG if link[1] else link[2], text)
    text = _BLANK_BEFORE.sub(r"\1", _EMPHASIS.sub(r"\2", text))
    return "\n".join(_tidied_line(line) for line in text.split("\n"))


def _tidied_line(line: str) -> str:
    if not any(mark in line for mark in _MARKS):
        return line
    rest = _MARK.sub("", line)
    words = len(_WORD.findall(rest))
    # What is left of `SIZE: {{ release.size }} bytes` says nothing; of `## {{< icon >}} Setup` it does.
    is_label = DROPPED_VALUE in line and words <= 2 and not rest.lstrip().startswith("#")
    return "" if words == 0 or is_label else rest
