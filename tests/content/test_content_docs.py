"""What editors look up is there: every field under all its names, every rule."""

import re
from pathlib import Path

import pytest

from newsletter.content.fields.aliases import ALIASES, folded

ROOT = Path(__file__).parent.parent.parent
DOCUMENT = (ROOT / "docs/content.md").read_text(encoding="utf-8")
#: The rules of rendering a body are in docs/markdown.md.
RENDERING = ("addresses", "body", "images")
READING = [
    path
    for path in (ROOT / "newsletter/content").rglob("*.py")
    if path.parent.name not in RENDERING or path.name == "files.py"
]
RULE = re.compile(r"""(?:rule=|Level\.[A-Z]+,\s+)"([a-z]+(?:-[a-z]+)+)\"""")


@pytest.mark.parametrize("name", ALIASES)
def test_every_field_is_documented_under_all_its_names(name: str) -> None:
    written = folded(DOCUMENT)

    assert [alias for alias in ALIASES[name] if folded(alias.partition(".")[0]) not in written] == []


def test_every_rule_is_documented() -> None:
    rules = {rule for path in READING for rule in RULE.findall(path.read_text(encoding="utf-8"))}

    assert len(rules) > 20
    assert sorted(rule for rule in rules if f"`{rule}`" not in DOCUMENT) == []
