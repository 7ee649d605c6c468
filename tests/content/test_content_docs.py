"""What editors look up is there: every field under all its names, every rule."""

import re
from pathlib import Path

import pytest

from newsletter.content.reading.aliases import ALIASES, folded

ROOT = Path(__file__).parent.parent.parent
DOCUMENT = (ROOT / "docs/content.md").read_text(encoding="utf-8")
#: The rules of rendering a body are in docs/markdown.md.
READING = [
    *(ROOT / "newsletter/content").glob("*.py"),
    *(
        path
        for room in ("formats", "reading", "tags")
        for path in (ROOT / "newsletter/content" / room).glob("*.py")
    ),
]
RULE = re.compile(r"""(?:rule=|Level\.[A-Z]+,\s+)"([a-z]+(?:-[a-z]+)+)\"""")


@pytest.mark.parametrize("name", ALIASES)
def test_every_field_is_documented_under_all_its_names(name: str) -> None:
    written = folded(DOCUMENT)

    assert [alias for alias in ALIASES[name] if folded(alias.partition(".")[0]) not in written] == []


def test_every_rule_is_documented() -> None:
    skipped = {"images.py", "links.py", "markdown.py"}

    rules = {
        rule
        for path in READING
        if path.name not in skipped
        for rule in RULE.findall(path.read_text(encoding="utf-8"))
    }

    assert len(rules) > 20
    assert sorted(rule for rule in rules if f"`{rule}`" not in DOCUMENT) == []
