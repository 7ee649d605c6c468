"""Templates of a project: those that replace built-in ones, and those that were meant to and replace none."""

import contextlib
from collections.abc import Collection, Mapping
from pathlib import Path

from newsletter.rendering.pipeline.environment import BUILT_IN, built_in_templates

#: Templates and style sheets; whatever else lies there, such as a note or a backup, is nobody's mistake.
_SUFFIXES = frozenset({".mjml", ".css", ".txt", ".html"})
#: The sample project, which no mail is made of; what tells people of mistakes in their templates rests on none of theirs.
_NOT_REPLACED = ("project/", "email/notice.", "preview/")
#: What the HTML of a mail is made of, and where the pages' own style sheets lie.
_SOURCES = (".mjml", ".css")
_PAGES = "web/"


def idle_overrides(folder: Path) -> tuple[str, ...]:
    """Return the templates in *folder* that nothing uses: none built in has their name, and none in use includes them.

    Where an include is worked out only while rendering, nobody can tell, and nothing is returned.
    """
    own = {name: _included(folder / name) for name in _names(folder)}
    if any(None in included for included in own.values()):
        return ()
    reached = set(template_names())
    while more := {each for name in reached & own.keys() for each in own[name] if each} - reached:
        reached |= more
    return tuple(name for name in own if name not in reached)


def overriding_texts(folder: Path, *, idle: Collection[str]) -> Mapping[str, str]:
    """Return the templates and style sheets of mails in *folder*, by name, but those *idle* or unreadable."""
    texts = {}
    for name in _names(folder):
        if name.endswith(_SOURCES) and not name.startswith(_PAGES) and name not in idle:
            with contextlib.suppress(OSError, UnicodeDecodeError):
                texts[name] = (folder / name).read_text("utf-8")
    return texts


def template_names() -> tuple[str, ...]:
    """Return the names of the built-in templates."""
    return tuple(name for name in _names(built_in_templates()) if not name.startswith(_NOT_REPLACED))


def _names(folder: Path) -> list[str]:
    files = (file for file in sorted(folder.rglob("*")) if file.suffix in _SUFFIXES and file.is_file())
    return [file.relative_to(folder).as_posix() for file in files if not file.name.startswith(".")]


def _included(file: Path) -> frozenset[str | None]:
    """Return what the template *file* includes or extends; None stands for what is not known before rendering.

    What cannot be read or understood includes nothing here: rendering says what is wrong with it.
    """
    from jinja2 import Environment, TemplateSyntaxError
    from jinja2.meta import find_referenced_templates

    try:
        tree = Environment().parse(file.read_text("utf-8"))  # noqa: S701  # it is only read, never rendered
    except (OSError, UnicodeDecodeError, TemplateSyntaxError):
        return frozenset()
    return frozenset(name and name.removeprefix(f"{BUILT_IN}/") for name in find_referenced_templates(tree))
