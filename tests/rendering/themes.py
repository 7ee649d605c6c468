"""The themes that docs/theming.md shows."""

import re
import tomllib
from pathlib import Path

from newsletter.rendering.theme import Theme

_PAGE = Path(__file__).parent.parent.parent / "docs" / "theming.md"
_EXAMPLE = re.compile(r"^\*\*(\w+)\.\*\*.*?^```toml\n(.*?)^```", re.MULTILINE | re.DOTALL)

#: By name.
EXAMPLES = {
    name: Theme(**tomllib.loads(text)["theme"])
    for name, text in _EXAMPLE.findall(_PAGE.read_text(encoding="utf-8"))
}
