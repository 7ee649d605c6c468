"""The arrows of the design: who may import whom. If this fails, move the code."""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

#: What every room of `newsletter` may import.
SHARED = ("newsletter.errors", "newsletter.files", "newsletter.nearest", "newsletter.beside")
#: What each room may import of ours, besides itself. Longest prefix wins.
ALLOWED: dict[str, tuple[str, ...]] = {
    "newsletter.errors": (),
    "newsletter.files": ("newsletter.errors",),
    "newsletter.nearest": (),
    "newsletter.beside": (),
    "newsletter.content": SHARED,
    "newsletter.issues": ("newsletter.content", *SHARED),
    "newsletter.rendering": ("newsletter.issues", "newsletter.content", *SHARED),
    "newsletter.checks": ("newsletter.rendering", "newsletter.issues", "newsletter.content", *SHARED),
    # Settings are made of the stages' own values.
    "newsletter.settings": ("newsletter.content.topics", "newsletter.issues.digests", *SHARED),
    "newsletter.database": ("newsletter.errors", "subscribers.storage"),
    "newsletter.storage": (
        "newsletter.database",
        "newsletter.errors",
        "newsletter.content.items",
        "newsletter.content.images",
        "newsletter.issues.calendar.sightings",
        "newsletter.issues.values",
        "newsletter.issues.states",
        "newsletter.rendering.values",
        "newsletter.delivery.events",
        "newsletter.delivery.states",
        "newsletter.delivery.stopping",
        "newsletter.delivery.values",
        "newsletter.delivery.words",
        "subscribers.erasing",
        "subscribers.storage",
    ),
    "newsletter.migrations": ("newsletter.storage", "subscribers.storage"),
    "newsletter.delivery": (
        "newsletter.rendering",
        "newsletter.issues",
        "newsletter.content",
        "newsletter.storage",
        "newsletter.database",
        "newsletter.settings.model",
        "subscribers.tokens",
        # A bounce says something of an address, and may suppress it.
        "subscribers.addresses",
        "subscribers.errors",
        "subscribers.storage",
        "subscribers.suppression",
        *SHARED,
    ),
    "newsletter.delivery.events": (),
    "newsletter.delivery.states": (),
    "newsletter.delivery.stopping": (),
    "newsletter.delivery.values": (),
    "newsletter.delivery.words": (),
    "newsletter.web": (
        "newsletter.storage",
        "newsletter.errors",
        "newsletter.rendering.values",
        "newsletter.delivery.events",
        "subscribers.web.bodies",
        "subscribers.web.clients",
    ),
    "newsletter.preview": ("newsletter.errors", "subscribers.web.bodies"),
    "newsletter.layout": ("newsletter.content.items", *SHARED),
    "newsletter.app": ("newsletter", "subscribers"),
    "newsletter.cli": ("newsletter.app", "newsletter.content.items", *SHARED),
    "newsletter.__main__": ("newsletter.cli",),
    "subscribers": (),
    "scheduler": ("newsletter.app",),
}


def _room(module: str) -> str:
    matching = [room for room in ALLOWED if _is_within(module, room)]
    assert matching, f"{module} is in no room: add a line to ALLOWED, or move it into one."
    return max(matching, key=len)


def _modules() -> list[tuple[str, Path]]:
    files = [*ROOT.glob("newsletter/**/*.py"), *ROOT.glob("subscribers/**/*.py"), ROOT / "scheduler.py"]
    return [
        (".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path)
        for path in files
        if path != ROOT / "newsletter" / "__init__.py"
    ]


@cache
def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return found


def _is_within(name: str, room: str) -> bool:
    return name == room or name.startswith(f"{room}.")


@pytest.mark.parametrize(
    ("module", "path"), _modules(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_module_imports_only_what_stands_upstream(module: str, path: Path) -> None:
    room = _room(module)
    ours = {
        name for name in _imports(path) if name.split(".")[0] in {"newsletter", "subscribers", "scheduler"}
    }

    forbidden = {
        name
        for name in ours
        if name not in {"newsletter.__version__"}
        and not any(_is_within(name, allowed) for allowed in (room, *ALLOWED[room]))
    }

    assert not forbidden, f"{module} may not import {sorted(forbidden)}"


@pytest.mark.parametrize(
    ("library", "rooms"),
    [
        (
            "sqlalchemy",
            ("newsletter.database", "newsletter.storage", "newsletter.migrations", "subscribers.storage"),
        ),
        ("requests", ("newsletter.delivery.providers",)),
        ("typer", ("newsletter.cli",)),
        ("starlette", ("newsletter.web", "newsletter.preview", "subscribers.web", "newsletter.app")),
        ("watchfiles", ("newsletter.app.previewing",)),
    ],
)
def test_a_library_of_the_rim_is_imported_only_there(library: str, rooms: tuple[str, ...]) -> None:
    users = {
        module for module, path in _modules() if any(_is_within(name, library) for name in _imports(path))
    }

    strangers = {module for module in users if not any(_is_within(module, room) for room in rooms)}

    assert not strangers


def test_nothing_reads_the_clock_in_the_functional_core() -> None:
    core = [
        (module, path)
        for module, path in _modules()
        if module.startswith(
            ("newsletter.content", "newsletter.issues", "newsletter.rendering", "newsletter.checks")
        )
    ]

    readers = [
        module
        for module, path in core
        if any(
            word in path.read_text(encoding="utf-8")
            for word in ("datetime.now(", "date.today(", "time.time(")
        )
    ]

    assert readers == []
