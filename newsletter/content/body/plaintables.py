"""Tables as plain text: columns side by side where they fit, else one line a value."""

from collections.abc import Sequence
from itertools import zip_longest

_GAP = "  "


def aligned_table(
    grid: Sequence[Sequence[str]], *, has_head: bool, are_right: Sequence[bool], width: int
) -> list[str] | None:
    """Return *grid* in columns with a rule under the head, or None when that is wider than *width*."""
    widths = [max(map(len, column)) for column in zip_longest(*grid, fillvalue="")]
    if sum(widths) + len(_GAP) * (len(widths) - 1) > width or any(
        "\n" in cell for row in grid for cell in row
    ):
        return None
    lines = [_padded(row, widths, are_right) for row in grid]
    if has_head:
        lines.insert(1, _GAP.join("-" * column for column in widths))
    return lines


def listed_row(row: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return the cells of *row* as lines, each after the name of its column."""
    return [
        f"{name}: {cell}" if name else cell
        for cell, name in zip_longest(row, names, fillvalue="")
        if cell.strip()
    ]


def _padded(row: Sequence[str], widths: Sequence[int], are_right: Sequence[bool]) -> str:
    cells = zip_longest(row, widths, are_right[: len(widths)])
    padded = (
        (cell or "").rjust(width) if is_right else (cell or "").ljust(width)
        for cell, width, is_right in cells
    )
    return _GAP.join(padded).rstrip()
