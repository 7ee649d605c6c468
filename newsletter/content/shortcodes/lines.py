"""Whole lines that only one site generator's Markdown understands: fences of notes, and imports of MDX.

`:::info Title` (Docusaurus, VuePress, Pandoc) leaves its title, what stands between two fences stays.
"""

import re

from newsletter.content.shortcodes.code import code_ranges, is_within

_NOTE = r":{3,}[ \t]*(?:\{[^{}\n]*\}|[A-Za-z][\w-]*(?:\[(?P<bracketed>[^\n]+)\]|[ \t]+(?P<title>[^\n]*[^\s:][^\n]*))?)?:*"
_IMPORT = r"""import[ \t][^\n]*[ \t]from[ \t]+(?:"[^"\n]+"|'[^'\n]+');?"""
_LINE = re.compile(rf"^(?P<before>[ \t>]*)(?:{_NOTE}|{_IMPORT})[ \t]*$", re.MULTILINE)


def without_foreign_lines(text: str) -> str:
    """Return the Markdown *text* without such lines, on the same lines."""
    if ":::" not in text and "import " not in text:
        return text
    code = code_ranges(text)

    def replacement(line: re.Match[str]) -> str:
        if is_within(code, line.start()):
            return line[0]
        title = line["bracketed"] or line["title"]
        # Two blanks end a line: the title stands alone.
        return f"{line['before']}**{title.strip()}**  " if title else line["before"].rstrip()

    return _LINE.sub(replacement, text)
