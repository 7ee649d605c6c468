"""Where in Markdown code stands, in time that grows with the text and nothing else."""

import re
from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence

_FENCE = re.compile(r"(`{3,})[^`]*|(~{3,}).*")
_RUN = re.compile("`+")

Range = tuple[int, int]


def code_ranges(text: str) -> list[Range]:
    """Return start and end of every fenced block and code span of *text*, in their order.

    A fence may be indented (in a list); blocks that are only indented are not code here: in a list they are text.
    """
    ranges: list[Range] = []
    #: The runs of backticks of the paragraph.
    runs: list[Range] = []
    fence = ""
    opened = position = 0
    for line in text.split("\n"):
        start, position = position, position + len(line) + 1
        content = line.lstrip(" \t>")
        if fence:
            if content.startswith(fence) and not content.strip().strip(fence[0]):
                ranges.append((opened, position))
                fence = ""
        elif found := _FENCE.fullmatch(content):
            ranges.extend(_spans(runs))
            fence, opened, runs = found[1] or found[2], start, []
        elif not content:
            ranges.extend(_spans(runs))
            runs = []
        elif "`" in line:
            runs.extend((start + run.start(), start + run.end()) for run in _RUN.finditer(line))
    ranges.extend(_spans(runs))
    if fence:
        ranges.append((opened, len(text)))
    return ranges


def is_within(ranges: Sequence[Range], position: int) -> bool:
    """Whether *position* is in one of *ranges*, which are in their order."""
    before = bisect_right(ranges, position, key=lambda each: each[0])
    return before > 0 and position < ranges[before - 1][1]


def _spans(runs: Sequence[Range]) -> Iterator[Range]:
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
