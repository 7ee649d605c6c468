"""Approval: exactly this may go out, proved by a hash of what the issue is made of.

The hash is SHA-256 over sources only: the issue file without its approval, the bytes of its items and their images,
overridden templates, theme and digest settings. Never over rendered bytes, readers, clock, versions or machine, so a
laptop, CI and the server agree. Text files count with line feeds as line ends: git may check them out with others.
"""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from hashlib import sha256

from newsletter.errors import IssueError
from newsletter.issues.assembly import Plan
from newsletter.issues.digests import DEFAULT_SCHEDULES, Digest
from newsletter.issues.file.drafts import with_items
from newsletter.issues.file.editing import has_yaml, remove_field, scalar, set_field
from newsletter.issues.file.values import ApprovalNote
from newsletter.issues.standing import standing
from newsletter.issues.values import Issue

#: Of a digest's settings, those that say when and by whom an issue is let go, not what it is.
_NOT_HASHED = frozenset({"approval", "preview_lead_hours", "max_lateness_hours", "rename_from", "paused"})
#: Hex digits that the approval keeps of each part's hash: enough to see which one changed.
_BEGINNING = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The bytes an issue is made of; paths are relative to the project folder."""

    #: The issue's files, its items, their images and the theme's logo.
    files: Mapping[str, bytes]
    #: The templates that the project overrides.
    templates: Mapping[str, bytes] = field(default_factory=dict)
    #: The settings of `[theme]` that are not the defaults.
    theme: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """The hash of an issue, and those of its parts, to say which one changed."""

    hash: str
    parts: Mapping[str, str]


def source_paths(plan: Plan) -> tuple[str, ...]:
    """Return the files that belong into `Sources.files`, images inside texts aside."""
    items = [item for story in plan.issue.stories for item in story.versions.values()]
    images = [item.picture.source for item in items if item.picture and "://" not in item.picture.source]
    return tuple(dict.fromkeys([*plan.issue_file.paths, *(item.path for item in items), *images]))


def fingerprint(issue: Issue, sources: Sources) -> Fingerprint:
    """Return the hash of *issue*."""
    parts = {
        **{path: _file_hash(path, data, issue) for path, data in sources.files.items()},
        **{path: _text_hash(data) for path, data in sources.templates.items()},
        "[theme]": _settings_hash(sources.theme),
        f"[digests.{issue.digest.key}]": _settings_hash(_hashed_settings(issue.digest)),
    }
    # A name may be decomposed on the one machine and composed on the other.
    named = {unicodedata.normalize("NFC", name): digest for name, digest in parts.items()}
    lines = "".join(f"{name}\0{digest}\n" for name, digest in sorted(named.items()))
    return Fingerprint(hash=sha256(lines.encode()).hexdigest(), parts=named)


def settle(plan: Plan, current: Fingerprint) -> Plan:
    """Return *plan* with its approval looked at: approved, or why the approval no longer counts."""
    note = plan.issue_file.approval
    if note is None:
        return plan
    stands = standing(
        plan.issue,
        plan.issue_file,
        plan.errors,
        lateness=plan.lateness,
        changes=what_changed(note, current),
    )
    return replace(plan, standing=stands)


def what_changed(note: ApprovalNote, current: Fingerprint) -> tuple[str, ...]:
    """Return what was edited since the approval *note*, in words; empty: nothing."""
    if note.hash == current.hash:
        return ()
    changes = []
    for name in sorted({*note.parts, *current.parts}):
        before, now = note.parts.get(name), current.parts.get(name)
        if before is None:
            changes.append(f"{name} is new")
        elif now is None:
            changes.append(f"{name} is not in it any more")
        elif not now.startswith(before):
            changes.append(f"{name} was changed")
    return tuple(changes) or ("something was changed",)


def approve(plan: Plan, sources: Sources, *, by: str, at: datetime) -> bytes:
    """Return the issue file that approves *plan* as it is: with its `items`, and the approval.

    Raises IssueError when there is nothing to approve, or the file cannot be edited.
    """
    if plan.errors:
        raise IssueError(f"{plan.issue.id} cannot be approved.\n" + "\n".join(map(str, plan.errors)))
    path = plan.file_path
    data = with_items(plan, sources.files.get(path))
    if not has_yaml(data):
        raise IssueError(f"{path}: only a file with YAML between --- lines can be approved. Rewrite it so.")
    issue = replace(plan.issue, path=path)
    approved = fingerprint(issue, replace(sources, files={**sources.files, path: data}))
    return set_field(data, "approval", _approval_lines(approved, by, at), path=path)


def _approval_lines(approved: Fingerprint, by: str, at: datetime) -> Sequence[str]:
    return [
        "approval:",
        f"  hash: {scalar(approved.hash)}",
        f"  by: {scalar(by)}",
        f"  at: {scalar(at.isoformat(timespec='seconds'))}",
        "  parts:",
        *(
            f"    {scalar(name)}: {scalar(digest[:_BEGINNING])}"
            for name, digest in sorted(approved.parts.items())
        ),
    ]


def _file_hash(path: str, data: bytes, issue: Issue) -> str:
    if path == issue.path:
        data = _without_approval(data, path)
    return _text_hash(data) if b"\0" not in data else sha256(data).hexdigest()


def _without_approval(data: bytes, path: str) -> bytes:
    try:
        return remove_field(data, "approval", path=path)
    except IssueError:
        return data  # reading the file has reported it; such an approval never fits


def _text_hash(data: bytes) -> str:
    return sha256(data.replace(b"\r\n", b"\n")).hexdigest()


def chosen(settings: object) -> dict[str, object]:
    """Return the fields of a dataclass that are not the defaults: a setting that a later version adds voids nothing."""
    values = {entry.name: (getattr(settings, entry.name), entry.default) for entry in fields(settings)}  # type: ignore[arg-type]  # any dataclass
    return {name: value for name, (value, default) in values.items() if value != default}


def _hashed_settings(digest: Digest) -> Mapping[str, object]:
    hashed = {name: value for name, value in chosen(digest).items() if name not in _NOT_HASHED}
    if digest.schedule == DEFAULT_SCHEDULES[digest.period]:
        del hashed["schedule"]
    return hashed


def _settings_hash(settings: Mapping[str, object]) -> str:
    return sha256(json.dumps(settings, sort_keys=True, default=str, ensure_ascii=True).encode()).hexdigest()
