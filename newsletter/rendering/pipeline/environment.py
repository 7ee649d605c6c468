"""Jinja2 over the template folders: the project's files stand in for the built-in ones, one by one.

Content is only ever data here; it is never compiled as a template.
"""

import contextlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.errors import TemplateError
from newsletter.files import changed_ns
from newsletter.nearest import nearest

if TYPE_CHECKING:
    from jinja2 import BytecodeCache, Environment, StrictUndefined, TemplateSyntaxError

#: `{% extends "built-in/email/issue.mjml" %}` names the file that an overriding one replaces.
BUILT_IN = "built-in"

#: Where a tag stands in its template: `<?at email/footer.mjml:12?>`; `mjml` takes the marks out again.
MARK = re.compile(r"<\?at ([^?]*):(\d+)\?>")

#: Jinja's own tags are passed over; the last alternative is the start of an HTML or MJML tag.
_TAGS = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<(?=/?[a-zA-Z])", re.DOTALL)


def built_in_templates() -> Path:
    """Return the folder of the templates that come with the program, installed or in a checkout."""
    package = Path(__file__).resolve().parents[2]
    installed = package / "_templates"
    return installed if installed.is_dir() else package.parent / "templates"


@dataclass(frozen=True, slots=True)
class Templates:
    """The templates of one project."""

    #: In which files are looked for, the overriding one first, the built-in one last.
    folders: tuple[Path, ...]
    _jinja: "Environment"

    def render(self, name: str, values: Mapping[str, object]) -> str:
        """Return the template *name* filled with *values*.

        Raises `TemplateError`, beginning with file and line, for whatever goes wrong in a template.
        """
        from jinja2 import TemplateError as JinjaError
        from jinja2 import TemplateNotFound, TemplateSyntaxError

        try:
            return self._jinja.get_template(name).render(values)
        except TemplateSyntaxError as error:
            raise self._explained(error, name) from error
        except TemplateNotFound as error:
            place = self._place_in(error) or name
            raise TemplateError(f"{place}: there is no template `{error.name}`.") from error
        except (JinjaError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            place = self._place_in(error) or name
            raise TemplateError(f"{place}: {_sentence(str(error))}") from error

    def check(self, name: str) -> None:
        """Raise `TemplateError` when the template *name* cannot be read; with what it is filled is another matter."""
        from jinja2 import TemplateSyntaxError

        try:
            self._jinja.get_template(name)
        except TemplateSyntaxError as error:
            raise self._explained(error, name) from error

    def _explained(self, error: "TemplateSyntaxError", name: str) -> TemplateError:
        return TemplateError(f"{self.place(error.name or name, error.lineno)}: {_sentence(error.message)}")

    def place(self, name: str, line: int) -> str:
        """Return where *line* of the template *name* is, as a person would look for it."""
        file = _first_file(name, self.folders)
        if file is None or file.is_relative_to(self.folders[-1]):
            return f"{name.removeprefix(f'{BUILT_IN}/')}:{line} (built-in)"
        return f"{self.folders[0].name}/{name}:{line}"

    def _place_in(self, error: BaseException) -> str | None:
        """Return the place of the innermost template in a traceback, which Jinja2 rewrites to template lines."""
        place = None
        traceback = error.__traceback__
        while traceback is not None:
            file = Path(traceback.tb_frame.f_code.co_filename)
            for folder in self.folders:
                if file.is_relative_to(folder):
                    place = self.place(file.relative_to(folder).as_posix(), traceback.tb_lineno)
                    break
            traceback = traceback.tb_next
        return place


def load_templates(overrides: Path | None = None, *, compiled: Path | None = None) -> Templates:
    """Return the built-in templates, and before them those in the folder *overrides*.

    Compiled ones are kept in the folder *compiled* for the next process.
    """
    built_in = built_in_templates()
    return _templates_in((built_in,) if overrides is None else (overrides, built_in), compiled)


@lru_cache(maxsize=8)
def _templates_in(folders: tuple[Path, ...], compiled: Path | None) -> Templates:
    """Return the templates in *folders*, compiled once and again when a file changes."""
    from jinja2 import Environment, FunctionLoader

    def load(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        file = _first_file(name, folders)
        if file is None:
            return None
        loaded_ns = changed_ns(file)
        candidates = _candidates(name, folders)
        overriding = candidates[: candidates.index(file)]

        def is_current() -> bool:
            return changed_ns(file) == loaded_ns and all(changed_ns(other) is None for other in overriding)

        source = _text_of(file, name)
        return _marked(source, name) if name.endswith(".mjml") else source, str(file), is_current

    jinja = Environment(
        loader=FunctionLoader(load),
        # Not `select_autoescape`, which leaves `.mjml` unescaped. Plain text and style sheets hold no HTML.
        autoescape=lambda name: name is None or not name.endswith((".txt", ".css")),  # noqa: S701  # see above
        undefined=_unknown_name(),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        bytecode_cache=_bytecode_cache(compiled) if compiled else None,
    )
    return Templates(folders, jinja)


@cache
def _unknown_name() -> "type[StrictUndefined]":
    from jinja2 import StrictUndefined
    from jinja2.utils import missing

    class UnknownName(StrictUndefined):
        """Stops a template at a name that nobody gave, in words of a designer."""

        @property
        def _undefined_message(self) -> str:
            name = self._undefined_name
            if self._undefined_hint or not isinstance(name, str):
                return super()._undefined_message
            if self._undefined_obj is missing:
                return f"there is no `{name}` here"
            holder = self._undefined_obj
            if holder is None:
                return f"`{name}` is asked of something that is not there. Put {{% if … %}} around it"
            known = list(holder) if isinstance(holder, Mapping) else dir(holder)
            meant = nearest(name, (str(each) for each in known if not str(each).startswith("_")))
            return f"there is no `{name}` in it" + (f". Did you mean `{meant}`?" if meant else "")

    return UnknownName


def _bytecode_cache(folder: Path) -> "BytecodeCache":
    from jinja2 import FileSystemBytecodeCache
    from jinja2.bccache import Bucket

    class Cache(FileSystemBytecodeCache):
        """Where nothing can be read or written, nothing is kept: it is only a cache."""

        def load_bytecode(self, bucket: Bucket) -> None:
            with contextlib.suppress(OSError):
                super().load_bytecode(bucket)

        def dump_bytecode(self, bucket: Bucket) -> None:
            with contextlib.suppress(OSError):
                folder.mkdir(parents=True, exist_ok=True)
                super().dump_bytecode(bucket)

    return Cache(str(folder))


def _text_of(file: Path, name: str) -> str:
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise TemplateError(f"templates/{name}: The file is not UTF-8. Save it as UTF-8.") from error


def _first_file(name: str, folders: tuple[Path, ...]) -> Path | None:
    return next((file for file in _candidates(name, folders) if file.is_file()), None)


def _candidates(name: str, folders: tuple[Path, ...]) -> list[Path]:
    """Return the files that *name* may mean, the overriding one first; none lies outside *folders*."""
    from jinja2.loaders import split_template_path

    prefix, _, rest = name.partition("/")
    if prefix == BUILT_IN:
        name, folders = rest, folders[-1:]
    return [folder.joinpath(*split_template_path(name)) for folder in folders]


def _marked(source: str, name: str) -> str:
    """Return *source* with a mark before each tag, so that a mistake found after rendering points at its line."""
    line = 1
    counted = 0

    def mark(match: re.Match[str]) -> str:
        nonlocal line, counted
        if match[0] != "<":
            return match[0]
        line += source.count("\n", counted, match.start())
        counted = match.start()
        return f"<?at {name}:{line}?><"

    return _TAGS.sub(mark, source)


def _sentence(message: str | None) -> str:
    text = message or "cannot be read"
    return text if text.endswith((".", "?", "!")) else f"{text}."
