"""Files and folders: what the program writes, who else could read it, what editors and designers wrote."""

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from newsletter.app.doctor.amounts import in_bytes
from newsletter.app.doctor.finding import Finding, Health
from newsletter.app.project import Project, collect
from newsletter.errors import Level, TemplateError

#: Less room than this is an error, or soon will be: a million readers' deliveries take some 100 MB.
_TOO_LITTLE, _LITTLE = 50_000_000, 500_000_000
_TEMPLATES = frozenset({".mjml", ".html", ".txt", ".css"})


def look_at_folders(project: Project) -> Iterator[Finding]:
    """Look whether `var/` can be written, has room, and keeps readers' addresses to itself."""
    var = project.settings.var
    found = next(folder for folder in (var, *var.parents) if folder.exists())
    if not found.is_dir() or not os.access(found, os.W_OK | os.X_OK):
        yield _finding(
            Health.ERROR, f"{found} cannot be written.", "Give the user who runs this the right to it."
        )
        return
    yield _room(found)
    secret = [path for path in (project.root / ".env", project.database_file, var / "outbox") if path]
    for path in secret:
        if _is_open(path):
            yield _finding(
                Health.WARNING,
                f"Everybody on this machine can read {path}.",
                f"Run: chmod o-rwx {path}",
            )


def _room(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    message = f"{folder} can be written, with {in_bytes(free)} free."
    if free >= _LITTLE:
        return _finding(Health.OK, message)
    level = Health.ERROR if free < _TOO_LITTLE else Health.WARNING
    return _finding(level, message, "Make room there: a full disk stops sending.")


def _is_open(path: Path) -> bool:
    """Whether others than owner and group may read *path*. Windows has no such bits."""
    try:
        return os.name == "posix" and bool(path.stat().st_mode & stat.S_IRWXO)
    except FileNotFoundError:
        return False


def look_at_content(project: Project) -> Iterator[Finding]:
    """Read the content folder, as every command does."""
    collection = collect(project)
    wrong = [problem for problem in collection.problems if problem.level is Level.ERROR]
    folder = project.settings.content.folder
    if wrong:
        yield Finding(
            level=Health.WARNING,
            subject="content",
            message=f"{folder}: {len(wrong)} mistakes in files, the first: {wrong[0]}",
            help="See all with: newsletter check",
        )
    else:
        yield Finding(
            level=Health.OK,
            subject="content",
            message=f"{folder} can be read: {len(collection.items):,} items.",
        )


def look_at_templates(project: Project) -> Iterator[Finding]:
    """Read what the project has in place of the built-in templates and texts, without filling it."""
    from newsletter.rendering.pipeline.environment import load_templates
    from newsletter.rendering.words.texts import load_texts

    folder = project.root / "templates"
    own = sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.suffix in _TEMPLATES
    )
    templates = load_templates(folder if folder.is_dir() else None)
    readings: list[Callable[[], object]] = [partial(templates.check, name) for name in own]
    readings += [
        partial(load_texts, templates.folders, lang) for lang in project.settings.newsletter.languages
    ]
    wrong = [found for read in readings if (found := _mistake(read))]
    yield from wrong
    if not wrong:
        message = f"{len(own)} of your own can be read." if own else "The built-in ones are used."
        yield Finding(level=Health.OK, subject="templates", message=message)


def _mistake(read: Callable[[], object]) -> Finding | None:
    try:
        read()
    except TemplateError as error:
        return Finding(level=Health.ERROR, subject="templates", message=str(error))
    return None


def _finding(level: Health, message: str, help_: str = "") -> Finding:
    return Finding(level=level, subject="folders", message=message, help=help_)
