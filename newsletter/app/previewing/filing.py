"""The issue file's form between the page and the file: what neither shows nor was touched stays as the file has it."""

from collections.abc import Iterable, Sequence
from hashlib import sha256

from newsletter.app.desk import Desk
from newsletter.issues.assembly import Plan
from newsletter.issues.file.drafts import listed_title
from newsletter.issues.file.forms import IssueForm, form_of
from newsletter.preview.deeds import FileForm, Row


def base_of(data: bytes | None) -> str:
    """Return what tells the file *data* from every other; "": there is none."""
    return "" if data is None else sha256(data).hexdigest()


def opened(desk: Desk, plan: Plan, data: bytes | None) -> FileForm:
    """Return the form of the issue file *data* as it is opened; None: there is no file."""
    known = form_of(data or b"", plan.issue_file)
    return FileForm(
        issue=plan.issue.id,
        base=base_of(data),
        subjects=known.subjects,
        preheaders=known.preheaders,
        introduction=known.introduction,
        corrections=known.corrections,
        is_fixed=known.items is not None,
        rows=_rows(desk, plan, known),
    )


def absent(plan: Plan) -> dict[str, str]:
    """Return why items that the file lists are not in the issue, by key."""
    inside = {story.key for story in plan.issue.stories}
    listed = {reference.key for reference in plan.issue_file.items or ()} - inside
    return dict.fromkeys(listed, "") | {
        entry.key: entry.reason for entry in plan.left_out if entry.key in listed
    }


def wanted(form: FileForm, was: FileForm, known: IssueForm) -> IssueForm:
    """Return what *form*, which *was* opened of a file that says what is *known*, would have in it."""
    leads, out = _leads(form), _out(form)
    has_same_out = form.is_fixed == was.is_fixed and {*out} == {*_out(was)}
    if form.is_fixed:
        # What a fixed list does not name need not be excluded.
        out = [key for key in out if key in known.exclude]
    return IssueForm(
        subjects=form.subjects,
        preheaders=form.preheaders,
        introduction=form.introduction,
        corrections=form.corrections,
        items=tuple(row.key for row in form.rows if not row.is_out) if form.is_fixed else None,
        leads=known.leads if {*leads} == {*_leads(was)} else _kept(known.leads, form, leads),
        exclude=known.exclude if has_same_out else _kept(known.exclude, form, out),
    )


def _leads(form: FileForm) -> list[str]:
    return [row.key for row in form.rows if row.is_lead and not row.is_out]


def _out(form: FileForm) -> list[str]:
    return [row.key for row in form.rows if row.is_out]


def _kept(before: Iterable[str], form: FileForm, chosen: Sequence[str]) -> tuple[str, ...]:
    """Return those of *before* that are *chosen* or have no row in *form*, then the others that are chosen."""
    rows = {row.key for row in form.rows}
    return tuple(dict.fromkeys([*(key for key in before if key in chosen or key not in rows), *chosen]))


def _rows(desk: Desk, plan: Plan, known: IssueForm) -> tuple[Row, ...]:
    """Return the items that the file lists or that are in the issue, then those that the editor left out of it."""
    languages = desk.project.settings.newsletter.languages
    originals = {
        key: next((found[lang] for lang in languages if lang in found), next(iter(found.values())))
        for key, found in desk.collection.translations().items()
    }
    named = {key: (item.title, item.path) for key, item in originals.items()}
    named |= {story.key: (listed_title(story), story.item.path) for story in plan.issue.stories}
    inside = dict.fromkeys([*(known.items or ()), *(story.key for story in plan.issue.stories)])
    unlisted = {entry.key for entry in plan.left_out if entry.is_unlisted} | set(known.exclude)
    outside = [key for key in originals if key in unlisted and key not in inside]
    return tuple(
        Row(
            key=key,
            title=named[key][0],
            path=named[key][1],
            is_lead=key in known.leads,
            is_out=key not in inside,
        )
        for key in (*inside, *outside)
    )
