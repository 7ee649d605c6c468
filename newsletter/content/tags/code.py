"""Where in Markdown code stands, in time that grows with the text and nothing else."""

import re
from collections import defaultdict, deque
from collections.abc import Iterator

#: A fence, a blank line (the end of a paragraph), or a run of backticks.
_TOKEN = re.compile(r"^[ \t>]*(?P<fence>`{3,}(?=[^`\n]*$)|~{3,})|^[ \t>]*$|(?P<ticks>`+)", re.MULTILINE)

Range = tuple[int, int]


def code_ranges(text: str) -> list[Range]:
    """Return start and end of every fenced block and code span of *text*, in their order.

    A fence may be indented (in a list); blocks that are only indented are not code here: in a list they are text.
    """
    ranges: list[Range] = []
    runs: list[Range] = []
    fence = ""
    opened = 0
    for token in _TOKEN.finditer(text):
        if fence:
            if _closes(token, fence, text):
                ranges.append((opened, token.end()))
                fence = ""
        elif token["fence"]:
            ranges.extend(_spans(runs))
            fence, opened, runs = token["fence"], token.start(), []
        elif token["ticks"]:
            runs.append(token.span())
        else:
            ranges.extend(_spans(runs))
            runs = []
    ranges.extend(_spans(runs))
    if fence:
        ranges.append((opened, len(text)))
    return ranges


def _closes(token: re.Match[str], fence: str, text: str) -> bool:
    if not (token["fence"] or "").startswith(fence):
        return False
    end = text.find("\n", token.end())
    return not text[token.end() : end if end >= 0 else len(text)].strip()


def _spans(runs: list[Range]) -> Iterator[Range]:
    """Pair each run of backticks with the next one of the same length (CommonMark, section 6.1)."""
    places: dict[int, deque[int]] = defaultdict(deque)
    for index, (start, end) in enumerate(runs):
        places[end - start].append(index)
    position = 0
    while position < len(runs):
        start, end = runs[position]
        same = places[end - start]
        while same and same[0] <= position:
            same.popleft()
        if same:
            position = same.popleft()
            yield start, runs[position][1]
        position += 1
