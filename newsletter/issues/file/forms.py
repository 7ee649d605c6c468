"""The issue file as a form: what an editor decides most often, and the file with just that changed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from newsletter.content.frontmatter.splitting import read_front_matter
from newsletter.errors import IssueError
from newsletter.issues.file.drafts import item_lines
from newsletter.issues.file.editing import remove_field, scalar, set_body, set_field
from newsletter.issues.file.values import IssueFile

_BREAK = re.compile(r"\s*[\r\n]+\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueForm:
    """What the form holds; everything else in the file stays as it is."""

    #: By language; "" stands for every language. Texts without anything in them count as none.
    subjects: Mapping[str, str] = field(default_factory=dict)
    preheaders: Mapping[str, str] = field(default_factory=dict)
    #: Markdown, in the first language.
    introduction: str = ""
    corrections: tuple[str, ...] = ()
    #: Keys in order: exactly these; None: what comes until it is due.
    items: tuple[str, ...] | None = None
    leads: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


def form_of(data: bytes, issue_file: IssueFile) -> IssueForm:
    """Return what the issue file *data* (empty: there is none) says; *issue_file*: as it was read."""
    front = read_front_matter(data)
    return IssueForm(
        subjects=_texts(front.fields.get("subject")),
        preheaders=_texts(front.fields.get("preheader")),
        introduction=front.body.strip(),
        corrections=_lines(front.fields.get("corrections")),
        items=None if issue_file.items is None else tuple(reference.key for reference in issue_file.items),
        leads=tuple(reference.key for reference in issue_file.lead),
        exclude=tuple(reference.key for reference in issue_file.exclude),
    )


def _texts(value: object) -> dict[str, str]:
    found = value.items() if isinstance(value, Mapping) else [("", value)]
    return {str(lang): text for lang, each in found if (text := _on_one_line(each))}


def _lines(value: object) -> tuple[str, ...]:
    texts = value if isinstance(value, list) else [value]
    return tuple(text for each in texts if (text := _on_one_line(each)))


def _on_one_line(value: object) -> str:
    """Return *value* as a field of one line holds it, so that what nobody touched comes back the same."""
    return _BREAK.sub(" ", str(value or "")).strip()


def written(
    data: bytes, form: IssueForm, before: IssueForm, titles: Mapping[str, str], *, path: str
) -> bytes:
    """Return the issue file *data* with what differs between *before* and *form*; *titles* of items, by key.

    Raises IssueError when the form contradicts itself, or the file cannot be edited.
    """
    if form.items == () != before.items:
        raise IssueError(
            "An issue of chosen items needs one. To leave the whole issue out, write `skip: true`."
        )
    for name, texts, old in (
        ("subject", form.subjects, before.subjects),
        ("preheader", form.preheaders, before.preheaders),
    ):
        if texts != old:
            data = _with_texts(data, name, texts, path)
    for name, keys, old_keys in (
        ("items", form.items, before.items),
        ("lead", form.leads or None, before.leads or None),
        ("exclude", form.exclude or None, before.exclude or None),
    ):
        if keys == old_keys:
            continue
        if keys is None:
            data = remove_field(data, name, path=path)
        else:
            lines = item_lines(name, [(key, titles.get(key, "")) for key in keys])
            data = set_field(data, name, list(lines), path=path)
    if form.corrections != before.corrections:
        data = _with_corrections(data, form.corrections, path)
    return set_body(data, form.introduction, path=path) if form.introduction != before.introduction else data


def _with_corrections(data: bytes, corrections: Sequence[str], path: str) -> bytes:
    if not corrections:
        return remove_field(data, "corrections", path=path)
    lines = ["corrections:", *(f"  - {scalar(text)}" for text in corrections)]
    return set_field(data, "corrections", lines, path=path)


def _with_texts(data: bytes, name: str, texts: Mapping[str, str], path: str) -> bytes:
    if not texts:
        return remove_field(data, name, path=path)
    if "" not in texts:
        lines = [f"{name}:", *(f"  {lang}: {scalar(text)}" for lang, text in texts.items())]
        return set_field(data, name, lines, path=path)
    if len(texts) > 1:
        raise IssueError(f"The {name} is written for all languages, or for each of them: not both.")
    return set_field(data, name, [f"{name}: {scalar(texts[''])}"], path=path)
