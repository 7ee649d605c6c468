"""A project folder as `newsletter init` and `newsletter demo` lay it out.

The sample project is `templates/project/`. Names and texts in it hold placeholders, filled in for the day of laying
out, so that the next issue has items whatever the day is. Weeks begin on Saturday, so that Monday to Friday of the
last one are always over:

    @tue-2@     the Tuesday two weeks before this week's, as 2026-11-03; @thu+6@ lies ahead likewise
    @since@     the first day of the previous month
    @sample@    nothing, or `# ` in a project that is laid out without sample content
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from newsletter.errors import NewsletterError, UsageError

_SETTINGS = "newsletter.toml"
_CONTENT = "content"
_IGNORED = ".gitignore"
_FOLDERS = ("news", "events", "issues")
#: Files with placeholders; all others are copied as they are.
_TEXTS = frozenset({".md", ".toml"})
_WEEKDAYS = ("sat", "sun", "mon", "tue", "wed", "thu", "fri")
_DAY = re.compile(rf"@({'|'.join(_WEEKDAYS)})([+-]\d)@")


def resolve(text: str, *, today: date, empty: bool = False) -> str:
    """Return *text* with its placeholders filled in."""
    saturday = today - timedelta(days=(today.weekday() + 2) % 7)

    def day(match: re.Match[str]) -> str:
        return str(saturday + timedelta(days=_WEEKDAYS.index(match[1]), weeks=int(match[2])))

    since = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    text = text.replace("@since@", str(since)).replace("@sample@", "# " if empty else "")
    return _DAY.sub(day, text)


def lay_out(
    target: Path, *, source: Path, today: date, keys: tuple[str, str], empty: bool = False
) -> list[Path]:
    """Lay out a project in *target* from the sample in *source*; return the files written.

    *target* may hold what is no part of a project, as a fresh clone does; a `.gitignore` keeps its lines, and gets
    ours after them. *keys*: one for links and tokens, one for hashes of erased addresses. *empty*: folders and settings only.
    Raises UsageError when something of a project is already there, NewsletterError when the disk refuses; either
    way *target* is left as it was.
    """
    try:
        files = dict(_planned(source, today=today, empty=empty))
        files[Path(".env")] = _env(*keys).encode()
        ignored = files.pop(Path(_IGNORED)) if _is_file(target / _IGNORED) else b""
        _refuse_what_is_there(target, {_CONTENT, *(path.parts[0] for path in files)})
        _write(target, files, ignored)
    except OSError as error:
        raise NewsletterError(
            f"{target}: the project cannot be laid out here: {error.strerror}. Nothing was left behind; "
            "make room or rights for it, or name another folder."
        ) from error
    return [target / path for path in files]


def _planned(source: Path, *, today: date, empty: bool) -> Iterator[tuple[Path, bytes]]:
    for path in sorted(source.rglob("*")):
        relative = path.relative_to(source)
        if path.is_dir() or (empty and relative.parts[0] == _CONTENT):
            continue
        data = path.read_bytes()
        if path.suffix in _TEXTS:
            data = resolve(data.decode(), today=today, empty=empty).encode()
        # A real .gitignore would take effect in the repository that keeps the sample.
        name = _IGNORED if relative == Path("gitignore") else resolve(str(relative), today=today)
        yield Path(name), data


def _env(secret_key: str, suppression_key: str) -> str:
    return (
        "# Secrets of this newsletter. Keep a copy in a safe place: never in version control, never in a mail.\n"
        "\n"
        "# Links and tokens; newest first, separated by commas. Retiring one kills its links.\n"
        f"NEWSLETTER_SECRET_KEYS={secret_key}\n"
        "# Hashes of erased addresses; append to it, never shorten it.\n"
        f"NEWSLETTER_SUPPRESSION_KEYS={suppression_key}\n"
        "\n"
        "# NEWSLETTER_PROVIDER__API_KEY=\n"
    )


def _refuse_what_is_there(target: Path, names: set[str]) -> None:
    for place in (target, *target.parents):
        if place.exists() and not place.is_dir():
            raise UsageError(f"{place} is a file. Name a folder, new or empty.")
    there = sorted(name for name in names if (target / name).exists() or (target / name).is_symlink())
    if there:
        raise UsageError(
            f"{target} already holds {', '.join(there)}, and nothing is overwritten. "
            "Name a new or empty folder, or move that away first."
        )


def _is_file(path: Path) -> bool:
    # Git itself does not follow a `.gitignore` that is a link.
    return path.is_file() and not path.is_symlink()


def _write(target: Path, files: Mapping[Path, bytes], ignored: bytes) -> None:
    """Write beside or inside *target* first and move at the end, so that no half of a project is ever seen.

    *ignored*: lines for the `.gitignore` that is there.
    """
    exists = target.is_dir()
    place = target if exists else target.parent
    place.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=place, prefix=".newsletter-") as workshop:
        staged = Path(workshop, "project")
        for folder in _FOLDERS:
            (staged / _CONTENT / folder).mkdir(parents=True)
        for relative, data in files.items():
            path = staged / relative
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600 if path.name == ".env" else 0o666, exist_ok=False)
            path.write_bytes(data)
        if exists:
            move_all(staged, target, ignored)
        else:
            staged.rename(target)


def move_all(staged: Path, target: Path, ignored: bytes = b"") -> None:
    """Move everything in *staged* into *target*, or nothing; the settings last, for they make it a project.

    Before, git is told to ignore *ignored*: the keys must never be committed.
    """
    with ExitStack() as undo:
        if ignored:
            path = target / _IGNORED
            undo.callback(os.truncate, path, path.stat().st_size)
            add_lines(path, ignored)
        for entry in sorted(staged.iterdir(), key=lambda entry: entry.name == _SETTINGS):
            moved = entry.rename(target / entry.name)
            undo.callback(moved.rename, entry)
        undo.pop_all()


def add_lines(path: Path, lines: bytes) -> None:
    """Add those of *lines* to the file *path* that it does not have yet."""
    there = path.read_bytes()
    missing = [line for line in lines.splitlines() if line not in there.splitlines()]
    start = b"\n" if missing and there and not there.endswith(b"\n") else b""
    with path.open("ab") as file:
        file.write(start + b"".join(line + b"\n" for line in missing))
