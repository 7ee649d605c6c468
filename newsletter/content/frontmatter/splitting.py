"""A file's bytes into its front matter and its body, whichever of the known formats it is written in.

YAML between `---`, TOML between `+++`, JSON from `{` to `}`, or Pelican's `Key: value` lines. What the fields
mean is not known here, so that items and issue files are read alike.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from newsletter.content.characters import clean_text
from newsletter.content.frontmatter.headerfields import has_header, read_header
from newsletter.content.frontmatter.jsonfields import read_json
from newsletter.content.frontmatter.rawfields import MAX_LENGTH, RawFields, Value, front_matter_error
from newsletter.content.frontmatter.tomlfields import read_toml
from newsletter.errors import Level, Problem

#: Blanks after the fence are allowed, as every site generator does; so is the format's name, as Eleventy does.
_FENCE = re.compile(r"(---|\+\+\+)[ \t]*(ya?ml|toml|json|js)?[ \t]*")
_JSON = re.compile(r"\{\s*[\"}]")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
#: What `clean_text` takes out: the controls of ASCII, and what else may be such a character in UTF-8.
_CONTROLS = bytes({*range(0x20), 0x7F} - {*b"\t\n\r"})
_OTHER_CONTROLS = re.compile(rb"\xc2[\x80-\x9f]")
_NON_CHARACTERS = re.compile(rb"\xef(?:\xb7[\x90-\xaf]|\xbf[\xbe\xbf])")
#: U+2028 and U+2029.
_LINE_SEPARATORS = re.compile(rb"\xe2\x80[\xa8\xa9]")


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """What a file says about itself, and the text below."""

    #: By the names in the file. YAML and Pelican give text and None; TOML and JSON also numbers, booleans, dates.
    fields: Mapping[str, Value] = field(default_factory=dict)
    #: Line of the file on which each of the outermost fields stands.
    lines: Mapping[str, int] = field(default_factory=dict)
    #: Normal form C, line feeds as line ends, no control characters.
    body: str = ""
    #: The line of the file on which the body starts.
    body_line: int = 1
    #: Without a path. An error among them: neither fields nor body can be relied on.
    problems: tuple[Problem, ...] = ()

    @property
    def is_readable(self) -> bool:
        """Whether fields and body are what the file says."""
        return not any(problem.level is Level.ERROR for problem in self.problems)


def read_front_matter(data: bytes) -> FrontMatter:
    """Return the front matter and the body of a file's bytes; never raises."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return FrontMatter(problems=(_not_utf_8(data, error),))
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        problem = Problem(
            level=Level.ERROR,
            rule="encoding",
            message="This is not a text file.",
            line=line,
            help="Save it as UTF-8 text.",
        )
        return FrontMatter(problems=(problem,))
    return _split(_cleaned(data, text))


def _cleaned(data: bytes, text: str) -> str:
    """Return `clean_text(text)`; looked for as bytes, what most files do not have costs a fifth of the time."""
    if (
        len(data.translate(None, _CONTROLS)) < len(data)
        or _OTHER_CONTROLS.search(data)
        or _NON_CHARACTERS.search(data)
        or _LINE_SEPARATORS.search(data)
    ):
        return clean_text(text)
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return unified if unified.isascii() else unicodedata.normalize("NFC", unified)


def _not_utf_8(data: bytes, error: UnicodeDecodeError) -> Problem:
    if data.startswith(_UTF_16):
        message, line = "The file is UTF-16, not UTF-8.", 1
    else:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"The byte 0x{data[error.start]:02x} is not UTF-8."
    return Problem(
        level=Level.ERROR, rule="encoding", message=message, line=line, help="Save the file as UTF-8."
    )


def _split(text: str) -> FrontMatter:
    content = text.lstrip("\n \t")
    start = len(text) - len(content)
    before = text.count("\n", 0, start)
    at_line_start = start == 0 or text[start - 1] == "\n"
    first, _, _ = content.partition("\n")
    if at_line_start and (fence := _FENCE.fullmatch(first)):
        return _fenced(text, before, fence)
    if _JSON.match(content):
        fields, end = read_json(text, start, first_line=before + 1)
        return _with_body(fields, text, end)
    if at_line_start and has_header(first):
        lines = content.split("\n")
        fields, count = read_header(lines, before + 1)
        return _joined(fields, lines[count:], before + count + 1)
    return FrontMatter(body=text)


def _fenced(text: str, before: int, fence: re.Match[str]) -> FrontMatter:
    lines = text.split("\n")
    ends = ("---", "...") if fence[1] == "---" else ("+++",)
    end = next((index for index in range(before + 1, len(lines)) if lines[index].rstrip() in ends), None)
    if end is None:
        return _unreadable(
            f"The front matter begins with {fence[1]} and never ends.",
            before + 1,
            f"Put a line {fence[1]} below its last field.",
        )
    inner = "\n".join(lines[before + 1 : end])
    if len(inner) > MAX_LENGTH:
        return _unreadable(
            f"The front matter is longer than {MAX_LENGTH:,} characters.",
            before + 1,
            "Move text into the body.",
        )
    language = fence[2] or ("yaml" if fence[1] == "---" else "toml")
    fields = _read(inner, language, before + 2)
    return _joined(fields, lines[end + 1 :], end + 2)


def _read(text: str, language: str, first_line: int) -> RawFields:
    match language:
        case "yaml" | "yml":
            # PyYAML is not imported by those who find everything in the cache.
            from newsletter.content.frontmatter.yamlfields import read_yaml

            return read_yaml(text, first_line=first_line)
        case "toml":
            return read_toml(text, first_line=first_line)
        case "json":
            return read_json(text, 0, first_line=first_line)[0]
        case _:
            problem = front_matter_error(
                f"Front matter in {language} cannot be read.",
                line=first_line - 1,
                help="Write it in YAML, TOML or JSON.",
            )
            return RawFields(problems=(problem,))


def _with_body(fields: RawFields, text: str, end: int) -> FrontMatter:
    rest = text[end:]
    if not rest.partition("\n")[0].strip():
        end += rest.find("\n") + 1 or len(rest)
    return _joined(fields, text[end:].split("\n"), text.count("\n", 0, end) + 1)


def _joined(fields: RawFields, body: list[str], body_line: int) -> FrontMatter:
    return FrontMatter(
        fields=fields.values,
        lines=fields.lines,
        body="\n".join(body),
        body_line=body_line,
        problems=fields.problems,
    )


def _unreadable(message: str, line: int, help: str) -> FrontMatter:
    return FrontMatter(problems=(front_matter_error(message, line=line, help=help),))
