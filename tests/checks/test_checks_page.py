"""`docs/checks.md` and the code say the same."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from newsletter.checks.checking import RULES

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
RULES_HERE, _, REST = PAGE.partition("## Found while the issue is made")
RULES_AROUND, _, RULES_BEFORE = REST.partition("## Found while files are read")
ROW = re.compile(r"^\| `([a-z-]+)` \| ([a-z, ]+) \| \S.* \| \S.* \|$", re.MULTILINE)
NAME = re.compile(r"[a-z]+(?:-[a-z]+)+")
#: Functions that are given a rule's name without saying so.
REPORTERS = re.compile(r"_?report|add|_problem|_refusal|_warning|UnfitPictureError")


def rows(text: str) -> list[tuple[str, str]]:
    return ROW.findall(text)


def test_every_rule_is_on_the_page_with_its_levels() -> None:
    assert rows(RULES_HERE) == sorted(
        ((rule.name, ", ".join(rule.levels)) for rule in RULES),
        key=lambda row: [name for name, _ in rows(RULES_HERE)].index(row[0]),
    )


def test_every_row_of_the_page_is_complete() -> None:
    assert len(rows(PAGE)) == PAGE.count("\n| `")


def test_a_rule_has_one_name() -> None:
    names = [name for name, _ in rows(PAGE)]

    assert len(names) == len(set(names))


def test_what_earlier_stages_find_is_on_the_page() -> None:
    here = {rule.name for rule in RULES}

    assert {name for name, _ in rows(RULES_BEFORE)} == rules_of("content", "issues") - here


def test_what_is_found_around_the_stages_is_on_the_page() -> None:
    assert {name for name, _ in rows(RULES_AROUND)} == rules_of("app", "settings")


def rules_of(*rooms: str) -> set[str]:
    """The names of rules in the source of *rooms*."""
    paths = [path for room in rooms for path in (ROOT / "newsletter" / room).rglob("*.py")]
    return {rule for path in paths for rule in rules_of_module(path)}


def rules_of_module(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield from rules_in(node)
        elif isinstance(node, ast.FunctionDef):
            yield from defaults_of(node)


def rules_in(call: ast.Call) -> Iterator[str]:
    yield from (text for keyword in call.keywords if keyword.arg == "rule" for text in texts(keyword.value))
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if REPORTERS.fullmatch(name):
        yield from (text for argument in call.args for text in texts(argument) if NAME.fullmatch(text))


def defaults_of(function: ast.FunctionDef) -> Iterator[str]:
    arguments = function.args
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if argument.arg == "rule" and default is not None:
            yield from texts(default)


def texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
