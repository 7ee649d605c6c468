"""Files of a project that were meant to replace a built-in template, and replace none."""

from pathlib import Path

from newsletter.rendering.pipeline.environment import built_in_templates

#: The sample project, which no mail is made of.
_NO_TEMPLATES = "project"


def idle_overrides(folder: Path) -> tuple[str, ...]:
    """Return the files in *folder* that nothing uses: no built-in template has their name, no other file mentions it."""
    files = {_name(file, folder): file for file in sorted(folder.rglob("*")) if file.is_file()}
    own = {
        name: file.read_text("utf-8", "replace") for name, file in files.items() if not _is_passed_over(name)
    }
    replaced = set(template_names())
    return tuple(
        name
        for name in own
        if name not in replaced and not any(name in text for other, text in own.items() if other != name)
    )


def template_names() -> tuple[str, ...]:
    """Return the names of the built-in templates."""
    folder = built_in_templates()
    names = (_name(file, folder) for file in sorted(folder.rglob("*")) if file.is_file())
    return tuple(name for name in names if not name.startswith(f"{_NO_TEMPLATES}/"))


def _name(file: Path, folder: Path) -> str:
    return file.relative_to(folder).as_posix()


def _is_passed_over(name: str) -> bool:
    """A language that has none of its own is no mistake; hidden files are the desktop's or an editor's."""
    return name.startswith("locale/") or any(part.startswith(".") for part in name.split("/"))
