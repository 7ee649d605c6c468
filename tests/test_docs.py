"""Every command, option and setting is documented, and what the documents link to exists."""

import dataclasses
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
import typer

from newsletter.cli.commands import app
from newsletter.delivery.states import BATCH_TRANSITIONS, DELIVERY_TRANSITIONS
from newsletter.issues.digests import Digest
from newsletter.settings.decoding import key_of
from newsletter.settings.model import SECTIONS, Webhook

ROOT = Path(__file__).parent.parent
COMMANDS = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
SETTINGS = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")])


@cache
def _commands() -> list[tuple[str, list[str]]]:
    found = []
    group = typer.main.get_command(app)
    for name, command in group.commands.items():  # type: ignore[attr-defined]  # a group has commands
        if hasattr(command, "commands"):
            found += [(f"{name} {inner}", _options(sub)) for inner, sub in command.commands.items()]
        else:
            found.append((name, _options(command)))
    return found


def _options(command: object) -> list[str]:
    parameters = command.params  # type: ignore[attr-defined]  # every command has parameters
    return [
        text
        for parameter in parameters
        for text in parameter.opts
        if text.startswith("--") and text != "--help"
    ]


@pytest.mark.parametrize(
    ("name", "options"), _commands(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_command_is_documented_with_every_option(name: str, options: list[str]) -> None:
    row = next((line for line in COMMANDS.splitlines() if re.match(rf"\| `{name}[ `]", line)), "")

    assert row, f"docs/commands.md has no row for `{name}`"
    assert [option for option in options if option not in row] == []


def _settings() -> list[tuple[str, str]]:
    sections = {**SECTIONS, "digests.KEY": Digest, "webhooks.PROVIDER": Webhook}
    return [
        (name, key_of(field))
        for name, cls in sections.items()
        for field in dataclasses.fields(cls)
        if (name, field.name) != ("digests.KEY", "key")
    ]


@pytest.mark.parametrize(("section", "key"), _settings())
def test_a_setting_is_documented(section: str, key: str) -> None:
    (text,) = re.findall(
        rf"^## [^\n]*\[{re.escape(section)}\][^\n]*\n(.*?)(?=^## |\Z)", SETTINGS, re.DOTALL | re.MULTILINE
    )

    assert f"`{key}`" in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_the_documents_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([\w./-]+\.md)\)", page.read_text(encoding="utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []


CODE = [path for folder in ("newsletter", "subscribers") for path in sorted((ROOT / folder).rglob("*.py"))]


@pytest.mark.parametrize("page", [*PAGES, *CODE], ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_that_somebody_is_told_to_type_exists(page: Path) -> None:
    known = {name.split(" ")[0] for name, _ in _commands()}

    text = page.read_text(encoding="utf-8")
    typed = set(re.findall(r"(?:^|[`:] ?|with: )newsletter ([a-z]+)", text, re.MULTILINE))

    assert typed <= known


@pytest.mark.parametrize("transitions", [BATCH_TRANSITIONS, DELIVERY_TRANSITIONS], ids=["batch", "delivery"])
def test_every_transition_of_the_ledger_is_documented(transitions: Mapping[tuple[str, str], str]) -> None:
    lines = (ROOT / "docs" / "delivery.md").read_text(encoding="utf-8").splitlines()

    missing = [
        (old, new)
        for (old, new), why in transitions.items()
        if not any(line.startswith(f"| {old} | {new} | ") and line.endswith(f"{why} |") for line in lines)
    ]

    assert missing == []
