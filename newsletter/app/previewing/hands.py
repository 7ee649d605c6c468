"""What an editor does from the page: the same as the commands do, and the page is brought up to date."""

import difflib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from newsletter.app import editing
from newsletter.app.building import variants_of
from newsletter.app.desk import Desk
from newsletter.app.previewing.filing import absent, base_of, opened, wanted
from newsletter.app.previewing.pages import provider_of
from newsletter.app.previewing.prints import variant_at
from newsletter.app.previewing.studio import Studio
from newsletter.app.project import Project
from newsletter.app.trial import addressees, send_test
from newsletter.content.items import SourceFile
from newsletter.errors import IssueError, Level, Problem
from newsletter.files import write_new, write_over
from newsletter.issues.assembly import Plan
from newsletter.issues.file.forms import form_of, written
from newsletter.issues.file.reading import read_issue_file
from newsletter.preview.deeds import Draft, FileForm, FormPage
from newsletter.preview.view import View


class Hands:
    """Does what the page asks for, in the project that *studio* shows."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    @property
    def _project(self) -> Project:
        if self._studio.project is None:
            raise IssueError("There is no project: its settings cannot be read.")
        return self._studio.project

    def approve(self, issue: str, variant: str, seen: str, by: str) -> str:
        """Approve exactly what was *seen*, as long as *variant* is shown as the files make it."""
        if trouble := self._studio.page(View(issue=issue, variant=variant)).trouble:
            raise IssueError(
                "\n".join(
                    (
                        "Nothing was approved: an earlier state is shown until this is mended.",
                        *map(str, trouble),
                    )
                )
            )
        name = by.strip() or editing.user_name()
        path = editing.approve(self._project, issue, name, datetime.now(UTC), seen=seen)
        return self._said(f"{issue} is approved by {name}, exactly as it is now", path)

    def unapprove(self, issue: str) -> str:
        """Take the approval back."""
        path = editing.unapprove(self._project, issue, datetime.now(UTC))
        return self._said(f"The approval of {issue} is taken back", path)

    def hold(self, issue: str, reason: str) -> str:
        """Have the issue wait."""
        path = editing.hold(self._project, issue, reason, datetime.now(UTC))
        return self._said(f"{issue} is held: {reason.strip()}", path)

    def release(self, issue: str) -> str:
        """Let it go."""
        path = editing.release(self._project, issue, datetime.now(UTC))
        return self._said(f"{issue} is released", path)

    def _said(self, words: str, path: Path) -> str:
        self._studio.refresh([path])
        return f"{words}. Written to {self._relative(path)}."

    def _relative(self, path: Path) -> str:
        root = self._project.root
        return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)

    @property
    def provider(self) -> str:
        """Through what a test mail goes."""
        return provider_of(self._project)

    def addresses(self, to: str) -> tuple[str, ...]:
        """Return the addresses in *to*, each once; none: the editors."""
        return tuple(addressees(self._project, to.replace(",", " ").replace(";", " ").split()))

    def test(self, issue: str, variant: str, to: tuple[str, ...]) -> str:
        """Send a test mail."""
        now = datetime.now(UTC)
        desk = Desk(self._project, now)
        plan = desk.plan(issue)
        name = variant_at(variant, variants_of(self._project, plan)).name if plan.issue.stories else None
        issue, sent = send_test(self._project, issue, to, name, now)
        words = (
            f"A test mail of {issue}, variant {name}, was sent to {', '.join(sent)} through {self.provider}."
        )
        if self._project.settings.provider.name == "outbox":
            words += f" It is in {self._relative(self._project.settings.var / 'outbox' / f'{issue}-test')}."
        return words

    def form(self, issue: str) -> FormPage:
        """Return the form of the issue's file as it is now."""
        desk, plan = self._opened(issue)
        return self._page(plan, opened(desk, plan, _data(self._project, plan)))

    def around(self, form: FileForm) -> FormPage:
        """Return *form*, which somebody is filling in, with what stands around it."""
        _, plan = self._opened(form.issue)
        return self._page(plan, form)

    def _page(self, plan: Plan, form: FileForm) -> FormPage:
        newsletter = self._project.settings.newsletter
        used = {lang for texts in (form.subjects, form.preheaders) for lang in texts if lang}
        languages = tuple(dict.fromkeys([*newsletter.languages, *sorted(used)]))
        return FormPage(
            newsletter=newsletter.name,
            form=form,
            path=plan.file_path,
            has_file=plan.issue_file.path is not None,
            languages=languages if used or len(languages) > 1 else (),
            language=plan.issue.languages[0],
            absent=absent(plan),
            is_approved=plan.issue_file.approval is not None,
            siblings=plan.issue_file.siblings,
        )

    def draft(self, form: FileForm) -> Draft:
        """Return what *form* would change."""
        desk, plan = self._opened(form.issue)
        before, after = self._filled(desk, plan, form)
        was, will_be = (
            (data or b"").decode("utf-8", "replace").splitlines(keepends=True) for data in (before, after)
        )
        source = plan.file_path if before is not None else "/dev/null"
        lines = difflib.unified_diff(was, will_be, fromfile=source, tofile=plan.file_path)
        diff = "".join(
            line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
        )
        return Draft(path=plan.file_path, diff=diff, problems=_problems(desk, plan, after))

    def write(self, form: FileForm) -> str:
        """Write it."""
        desk, plan = self._opened(form.issue)
        before, after = self._filled(desk, plan, form)
        if after == (before or b""):
            return f"Nothing was changed in {plan.file_path}."
        if problems := _problems(desk, plan, after):
            raise IssueError("\n".join(("Nothing was written.", *map(str, problems))))
        path = self._project.root / plan.file_path
        write: Callable[[Path, bytes], None] = write_new if before is None else write_over
        write(path, after)
        voided = " Its approval no longer counts: approve it again." if plan.issue_file.approval else ""
        self._studio.refresh([path])
        return f"{plan.issue.id} is changed. Written to {plan.file_path}.{voided}"

    def _opened(self, issue: str) -> tuple[Desk, Plan]:
        desk = Desk(self._project, datetime.now(UTC))
        return desk, desk.plan(issue or None)

    def _filled(self, desk: Desk, plan: Plan, form: FileForm) -> tuple[bytes | None, bytes]:
        """Return the file as it is (None: there is none) and as *form* would have it."""
        data = _data(self._project, plan)
        if base_of(data) != form.base:
            raise IssueError(
                f"Nothing was written: {plan.file_path} was changed on disk after this form was opened. "
                "Open the form again, and make your changes there."
            )
        known, was = form_of(data or b"", plan.issue_file), opened(desk, plan, data)
        titles = {row.key: row.title for row in form.rows}
        return data, written(data or b"", wanted(form, was, known), known, titles, path=plan.file_path)


def _data(project: Project, plan: Plan) -> bytes | None:
    if plan.issue_file.path is None:
        return None
    try:
        return (project.root / plan.issue_file.path).read_bytes()
    except OSError:
        return None


def _problems(desk: Desk, plan: Plan, data: bytes) -> tuple[Problem, ...]:
    """Return the errors that the issue file *data* would have and has not now."""
    others = tuple(file for file in desk.collection.issue_files if file.path != plan.file_path)
    files = (*others, SourceFile(path=plan.file_path, data=data))
    collection = msgspec.structs.replace(desk.collection, issue_files=files)
    after = read_issue_file(plan.issue.id, collection, desk.project.newsroom)
    before = {problem.message for problem in plan.issue_file.problems}
    return tuple(
        problem
        for problem in after.problems
        if problem.level is Level.ERROR and problem.message not in before
    )
