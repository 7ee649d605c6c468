"""Cells that a spreadsheet would take for formulas: an address may well begin with `=`."""

#: A cell that begins with one of these is a formula; full-width forms too, to some programs.
_SIGNS = tuple("=+-@\t\r\n＝＋－＠")


def defused(cell: str) -> str:
    """Return *cell* with a ' before what would make it a formula, or look as if that had been done to it."""
    return f"'{cell}" if _is_formula(cell) else cell


def fused(cell: str) -> str:
    """Return what `defused` was given."""
    return cell[1:] if cell.startswith("'") and _is_formula(cell) else cell


def _is_formula(cell: str) -> bool:
    return cell.lstrip("'").startswith(_SIGNS)
