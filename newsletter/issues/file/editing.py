"""Changes to single fields of an issue file that leave every other byte of the editor's file alone.

PyYAML's marks say where a field begins and ends; the new text is put exactly there. What comes out is read
again: an edit that would change anything else is refused with the lines to write by hand.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.content.frontmatter.splitting import FrontMatter, read_front_matter
from newsletter.errors import IssueError

if TYPE_CHECKING:
    from yaml import Node

_BOM = "\ufeff"
_FENCE = re.compile(r"---[ \t]*(?:yaml|yml)?[ \t]*")
_COMMENT = re.compile(r"[ \t]+#[^\r\n]*")
_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Region:
    """Where the YAML of a file is."""

    start: int
    end: int
    newline: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """A field in the text: from its name to the end of its value."""

    name: str
    start: int
    end: int
    #: Columns before the name.
    indent: int


def set_field(data: bytes, name: str, lines: Sequence[str], *, path: str) -> bytes:
    """Return the file *data* with the field *name* written as *lines* of YAML, the first of which begins with `name:`.

    Raises IssueError when that cannot be done without touching anything else.
    """
    before = _readable(data, path)
    text = _with_front_matter(data.decode(), before)
    region, spans = _locate(text, path, lines)
    indent = " " * (spans[0].indent if spans else 0)
    written = (region.newline + indent).join(lines)
    old = next((span for span in reversed(spans) if span.name == name), None)
    if old:
        # What is said of a list's last entry is said of the list that goes.
        comment = _COMMENT.match(text, old.end) if len(lines) > 1 else None
        changed = text[: old.start] + written + text[comment.end() if comment else old.end :]
    else:
        changed = text[: region.end] + indent + written + region.newline + text[region.end :]
    wanted = read_front_matter("\n".join(["---", *lines, "---"]).encode()).fields
    return _checked(changed, {**before.fields, **wanted}, before.body, path, lines)


def remove_field(data: bytes, name: str, *, path: str) -> bytes:
    """Return the file *data* without the field *name*: its lines are gone, every other byte is as it was.

    Raises IssueError when that cannot be done without touching anything else.
    """
    before = _readable(data, path)
    if name not in before.fields:
        return data
    text = data.decode()
    _, spans = _locate(text, path, [f"(no `{name}`)"])
    for span in reversed([span for span in spans if span.name == name]):
        rest = _LINE.match(text, span.end)
        assert rest is not None
        text = text[: span.start - span.indent] + text[rest.end() :]
    wanted = {key: value for key, value in before.fields.items() if key != name}
    return _checked(text, wanted, before.body, path, [f"(no `{name}`)"])


def set_body(data: bytes, body: str, *, path: str) -> bytes:
    """Return the file *data* with the text *body* below its front matter, which stays as it is.

    Raises IssueError when that cannot be done without touching anything else.
    """
    before = _readable(data, path)
    wanted = _as_read(body)
    if wanted == _as_read(before.body):
        return data
    text = _with_front_matter(data.decode(), before)
    region = _region(text)
    if region is None:
        raise _by_hand(path, ["(the text)"])
    fence = _LINE.match(text, region.end)
    assert fence is not None
    newline = region.newline
    head = text[: fence.end()] + ("" if fence[2] else newline)
    changed = head + (newline + wanted.replace("\n", newline) + newline if wanted else "")
    after = read_front_matter(changed.encode())
    if not after.is_readable or after.fields != before.fields or _as_read(after.body) != wanted:
        raise _by_hand(path, ["(the text)"])
    return changed.encode()


def _as_read(body: str) -> str:
    """Return *body* as it is read from a file: line feeds, normal form C, nothing around it."""
    return read_front_matter(f"---\n---\n{body}".encode()).body.strip()


def has_yaml(data: bytes) -> bool:
    """Whether the fields of a file can be edited here: its front matter is YAML, or it has none."""
    text = data.decode(errors="replace")
    return _region(text) is not None or not read_front_matter(data).fields


def scalar(text: str) -> str:
    """Return *text* as YAML on one line, in double quotes."""
    import yaml

    written: str = yaml.safe_dump(text, default_style='"', allow_unicode=True, width=float("inf"))
    return written.rstrip("\n")


def _readable(data: bytes, path: str) -> FrontMatter:
    front = read_front_matter(data)
    if not front.is_readable:
        problem = front.problems[0]
        raise IssueError(f"{path}:{problem.line}: {problem.message} {problem.help or ''}".rstrip())
    return front


def _with_front_matter(text: str, front: FrontMatter) -> str:
    """Return *text* with an empty front matter if it has none."""
    if front.fields or _region(text):
        return text
    mark = _BOM if text.startswith(_BOM) else ""
    line = _LINE.match(text)
    newline = line[2] if line and line[2] else "\n"
    return f"{mark}---{newline}---{newline}{text.removeprefix(_BOM)}"


def _region(text: str) -> _Region | None:
    """Return where the YAML is, or None when the front matter is something else."""
    start = len(_BOM) if text.startswith(_BOM) else 0
    opening = None
    for line in _LINE.finditer(text, start):
        if opening is None:
            if not line[1].strip():
                continue
            if not _FENCE.fullmatch(line[1]):
                return None
            opening = line
        elif line[1].rstrip() in {"---", "..."}:
            return _Region(start=opening.end(), end=line.start(), newline=opening[2])
    return None


def _locate(text: str, path: str, lines: Sequence[str]) -> tuple[_Region, list[_Span]]:
    region = _region(text)
    if region is None:
        raise _by_hand(path, lines)
    return region, _spans(text, region)


def _spans(text: str, region: _Region) -> list[_Span]:
    import yaml

    root = yaml.compose(text[region.start : region.end], Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        return []
    return [
        _Span(
            name=str(name.value),
            start=region.start + name.start_mark.index,
            end=_end(text, region.start, value),
            indent=name.start_mark.column,
        )
        for name, value in root.value
    ]


def _end(text: str, offset: int, node: "Node") -> int:
    """Return where the value *node* really ends: the mark of a block lies behind the blank lines and comments after it."""
    import yaml

    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(text, offset, last[1] if isinstance(node, yaml.MappingNode) else last)
    end: int = offset + node.end_mark.index
    return offset + len(text[offset:end].rstrip())


def _checked(text: str, wanted: Mapping[str, object], body: str, path: str, lines: Sequence[str]) -> bytes:
    after = read_front_matter(text.encode())
    if not after.is_readable or after.fields != wanted or after.body != body:
        raise _by_hand(path, lines)
    return text.encode()


def _by_hand(path: str, lines: Sequence[str]) -> IssueError:
    return IssueError(
        f"{path}: only front matter in plain YAML, between two --- lines, can be changed by a command. "
        "Rewrite it so, or change it by hand:\n" + "\n".join(lines)
    )
