"""What the editor's page shows: the project as its files are now, rendered as far as somebody looks, kept until it changes."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock

from newsletter.app import editing, items
from newsletter.app.building import Edition, frozen, variants_of
from newsletter.app.checking import problems_of, wishes_of
from newsletter.app.previewing.pages import (
    findings_by_file,
    issue_lines,
    items_page,
    left_out_lines,
    provider_of,
    said,
    story_lines,
)
from newsletter.app.previewing.prints import (
    Copy,
    Print,
    Prints,
    address_of,
    copy_of,
    label_of,
    variant_at,
)
from newsletter.app.previewing.table import Table
from newsletter.app.previewing.troubles import error_of, told
from newsletter.app.project import Project, open_project
from newsletter.app.wishes import Wish
from newsletter.content.files.shelf import Shelf
from newsletter.errors import ContentError, NewsletterError, Problem, SettingsError
from newsletter.issues.assembly import Plan
from newsletter.issues.values import Variant
from newsletter.preview.values import IssueLine, ItemsPage, Page, Shown, VariantLine
from newsletter.preview.view import Part, View
from newsletter.rendering.values import RenderedIssue, RenderedVariant
from newsletter.settings.mistakes import FILE_NAME

#: Variants that are rendered for the findings; `newsletter check` looks at all.
MOST_CHECKED = 100
_NO_CONTENT = frozenset({FILE_NAME, ".env", "templates"})
#: Finished mails that are kept; those that were not looked at for longest go.
_MOST_COPIES = 50


class Studio:
    """The project in *root*, whatever state it is in; every method may be called by any thread."""

    def __init__(self, root: Path, reopen: Callable[[Path], Project] = open_project) -> None:
        self.root = root
        self._open = reopen
        #: Counts what was looked at again, and how often more became known of it since.
        self._version = 0
        self._more = 0
        self._lock = RLock()
        self._shelf = Shelf()
        self._prints = Prints()
        self._editions: dict[str, Edition] = {}
        #: Of what was asked for: the version it is of, and what it was.
        self._copies: dict[tuple[str, str], tuple[int, Copy]] = {}
        self._wishes: dict[str, tuple[Wish, ...]] = {}
        #: Counts the changes of templates and pictures.
        self._edition = 0
        self._project: Project | None = None
        self._desk: Table | None = None
        self._trouble: tuple[Problem, ...] = ()

    @property
    def moment(self) -> str:
        """Changes with everything that may look different."""
        return f"{self._version}.{self._more}"

    @property
    def project(self) -> Project | None:
        """The project as its settings were when they were last good; None: they never were."""
        return self._project

    @property
    def media(self) -> Path | None:
        """The folder of prepared pictures."""
        return self._project.settings.var / "media" if self._project else None

    def refresh(self, changed: Iterable[Path] = ()) -> None:
        """Look again, at the files *changed* in any case. Whatever is wrong is told on the page."""
        paths = [self._relative(path) for path in changed]
        with self._lock:
            self._trouble = self._look_again(paths)
            self._version += 1

    def _looked(self) -> Table | None:
        """Return the desk as it was looked at last, for the first time now if need be."""
        if not self._version:
            self.refresh()
        return self._desk

    def _look_again(self, paths: Sequence[str]) -> tuple[Problem, ...]:
        if not self.root.is_dir():
            return (error_of(f"The project folder {self.root} is gone.", "Bring it back; the page follows."),)
        trouble: tuple[Problem, ...] = ()
        if self._project is None or not {FILE_NAME, ".env"}.isdisjoint(paths) or self._trouble:
            trouble = self._reopen()
        if self._project is None:
            return trouble
        # For any other path, each item's picture is looked for again.
        self._shelf.note(path for path in paths if path.partition("/")[0] not in _NO_CONTENT)
        files = self._shelf.files
        try:
            self._desk = Table(self._project, datetime.now(UTC), self._shelf)
        except Exception as error:
            return (*trouble, *told(error))
        sources = {item.path for item in self._desk.collection.items}
        sources |= {file.path for file in self._desk.collection.issue_files}
        if files != self._shelf.files or not sources.issuperset(paths):
            self._edition += 1
        return trouble

    def _reopen(self) -> tuple[Problem, ...]:
        """Read the settings; while they have mistakes, the last good ones stay."""
        if not (self.root / FILE_NAME).is_file():
            return (
                error_of(
                    f"{self.root / FILE_NAME} is gone.", "Bring it back; the last settings stay until then."
                ),
            )
        try:
            project = self._open(self.root)
        except Exception as error:
            return told(error)
        if self._project is None or project.settings != self._project.settings:
            self._project = project
            self._wishes.clear()
        return ()

    def _relative(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.as_posix()

    def page(self, view: View) -> Page:
        """Return what stands beside the mail."""
        with self._lock:
            desk, trouble = self._looked(), self._trouble
            if desk is None:
                return Page(newsletter="", issues=(), shown=None, trouble=trouble)
            shown: Shown | None = None
            lines: tuple[IssueLine, ...] = ()
            try:
                lines = self._lines(desk)
                shown, more = self._shown(desk, view.issue or desk.next_issue(), view)
                trouble += more
            except Exception as error:
                trouble += told(error)
            newsletter = desk.project.settings.newsletter
            return Page(
                newsletter=newsletter.name,
                issues=lines,
                shown=shown,
                trouble=trouble,
                editors=newsletter.editors,
                provider=provider_of(desk.project),
                user=editing.user_name(),
            )

    def _lines(self, desk: Table) -> tuple[IssueLine, ...]:
        if desk.rows is None:
            desk.rows = issue_lines(editing.rows_of(desk), desk.project.settings.newsletter.timezone)
        return desk.rows

    def _shown(self, desk: Table, name: str, view: View) -> tuple[Shown, tuple[Problem, ...]]:
        if edition := self._frozen(desk, name):
            return self._shown_as_sent(desk, edition, view), ()
        plan = desk.plan(name)
        project, standing = desk.project, desk.stored.get(name) or editing.listed(plan, desk.now)
        variants = variants_of(project, plan) if plan.issue.stories else ()
        variant = variant_at(view.variant, variants) if variants else None
        copy: Copy | None = None
        trouble: tuple[Problem, ...] = ()
        if variant:
            made, trouble = self._made(desk, plan, variant)
            copy = self._copied(desk, plan, made, has_headers=view.part is Part.HEADERS) if made else None
        findings, is_checked = self._findings(desk, plan, variants, trouble)
        titles = {key: topic.label("en") for key, topic in project.settings.topics.items()}
        shown = Shown(
            id=plan.issue.id,
            digest=plan.issue.digest.title,
            state=standing.state,
            reason=standing.reason,
            due=said(plan.due_at, project.settings.newsletter.timezone),
            is_frozen=False,
            path=plan.file_path,
            has_file=plan.issue_file.path is not None,
            variants=tuple(
                VariantLine(name=address_of(each), label=label_of(each, titles)) for each in variants
            ),
            variant=address_of(variant) if variant else "",
            mail=copy.mail if copy else None,
            stories=story_lines(plan),
            findings=findings_by_file(findings),
            is_checked=is_checked,
            left_out=left_out_lines(plan),
            settled=sum(entry.is_settled for entry in plan.left_out),
            unchecked=max(0, len(variants) - MOST_CHECKED),
            seen=desk.seen(plan),
            has_approval=plan.issue_file.approval is not None,
            has_hold=bool(plan.issue_file.hold),
        )
        return shown, trouble

    def _frozen(self, desk: Table, name: str) -> Edition | None:
        """Return what went out; it never changes any more."""
        if name not in desk.begun:
            return None
        if name not in self._editions and (edition := frozen(desk, name)):
            self._editions[name] = edition
        return self._editions.get(name)

    def _shown_as_sent(self, desk: Table, edition: Edition, view: View) -> Shown:
        project, name = desk.project, edition.rendered.issue
        stored, variants = desk.stored[name], edition.rendered.variants
        chosen = view.variant if view.variant in variants else next(iter(variants))
        copy = copy_of(
            project,
            name,
            edition.digest,
            variants[chosen],
            edition.date,
            has_headers=view.part is Part.HEADERS,
        )
        self._keep(name, chosen, copy)
        return Shown(
            id=name,
            digest=edition.digest,
            state=stored.state,
            reason=stored.reason,
            due=said(stored.started_at or stored.due_at, project.settings.newsletter.timezone),
            is_frozen=True,
            path="",
            has_file=False,
            variants=tuple(VariantLine(name=each, label=each) for each in variants),
            variant=chosen,
            mail=copy.mail,
            stories=(),
            findings=(),
            is_checked=True,
            left_out=(),
            settled=0,
        )

    def _made(self, desk: Table, plan: Plan, variant: Variant) -> tuple[Print | None, tuple[Problem, ...]]:
        if not self.root.is_dir():
            # Whoever renders would make the folder anew, for pictures.
            return self._prints.last(plan.issue.id, address_of(variant)), ()
        try:
            return self._prints.make(plan, variant, desk.look, self._edition)
        except (ContentError, SettingsError, OSError) as error:
            # The logo or the accent, without which there is no look.
            return self._prints.last(plan.issue.id, address_of(variant)), told(error)

    def _copied(self, desk: Table, plan: Plan, made: Print, *, has_headers: bool = False) -> Copy:
        issue = plan.issue
        copy = copy_of(
            desk.project, issue.id, issue.digest.key, made.rendered, issue.due_at, has_headers=has_headers
        )
        self._keep(issue.id, address_of(made.recipe[1]), copy)
        return copy

    def _keep(self, issue: str, variant: str, copy: Copy) -> None:
        self._copies.pop((issue, variant), None)
        self._copies[issue, variant] = (self._version, copy)
        if len(self._copies) > _MOST_COPIES:
            del self._copies[next(iter(self._copies))]

    def document(self, view: View) -> str | None:
        """Return the HTML of the mail or of its web version."""
        copy = self._ready(view)
        if copy is None:
            with self._lock:
                # Whoever waited may find that it was made meanwhile.
                copy = self._ready(view) or self._copy(view)
        if copy is None:
            return None
        return copy.web if view.part is Part.WEB else copy.html

    def _ready(self, view: View) -> Copy | None:
        version, copy = self._copies.get((view.issue, view.variant), (-1, None))
        return copy if version == self._version else None

    def _copy(self, view: View) -> Copy | None:
        desk = self._looked()
        if desk is None:
            return None
        # The page beside it says why.
        with suppress(NewsletterError, OSError):
            return self._copied_alone(desk, view)
        # Of an earlier version, where there is no newer one.
        return self._copies.get((view.issue, view.variant), (0, None))[1]

    def _copied_alone(self, desk: Table, view: View) -> Copy | None:
        """Make what is shown of *view*, and nothing beside it."""
        name = view.issue or desk.next_issue()
        if edition := self._frozen(desk, name):
            self._shown_as_sent(desk, edition, view)
            return self._ready(view)
        plan = desk.plan(name)
        if not plan.issue.stories:
            return None
        made, _ = self._made(desk, plan, variant_at(view.variant, variants_of(desk.project, plan)))
        return self._copied(desk, plan, made) if made else None

    def stamp(self, view: View) -> str:
        """Return what changes with the look of the mail; "": there is none."""
        with self._lock:
            copy = self._ready(view) or self._copy(view)
            return copy.mail.stamp if copy else ""

    def items(self, words: str, number: int) -> ItemsPage:
        """Return a page of the list of files."""
        with self._lock:
            desk, trouble = self._looked(), self._trouble
            if desk is None:
                return items_page("", (), words, number, trouble)
            if desk.files is None:
                desk.files = items.rows_of(desk.project, desk.collection)
            return items_page(desk.project.settings.newsletter.name, desk.files, words, number, trouble)

    def _findings(
        self, desk: Table, plan: Plan, variants: Sequence[Variant], trouble: Sequence[Problem]
    ) -> tuple[tuple[Problem, ...], bool]:
        """Return what is wrong as far as the variants were rendered, and whether all of them were."""
        wanted, wishes = variants[:MOST_CHECKED], self._wishes_of(desk, plan)
        made = [self._prints.current(plan, each, desk.looks, self._edition) for each in wanted if desk.looks]
        rendered = tuple(each.rendered for each in made if each)
        made_of = (rendered, tuple(trouble), wishes)
        kept = desk.findings.get(plan.issue.id)
        if kept is None or kept[0] != made_of:
            kept = (made_of, problems_of(desk, plan, _whole(plan, rendered), trouble, wishes))
            desk.findings[plan.issue.id] = kept
        return kept[1], bool(trouble) or len(rendered) == len(wanted)

    def _wishes_of(self, desk: Table, plan: Plan) -> tuple[Wish, ...]:
        """Return what readers wish, asked once: with a million of them it takes a second."""
        key = plan.issue.digest.key
        if key not in self._wishes:
            self._wishes[key] = wishes_of(desk, key)
        return self._wishes[key]

    def forget_readers(self) -> None:
        """Have the database asked again for what readers wish."""
        self._wishes.clear()

    def note_more(self) -> None:
        """Have it known that more is known than before."""
        with self._lock:
            self._more += 1

    def go_on(self, view: View) -> bool:
        """Render one more variant of the issue of *view*, for its findings; False: there is none left to render."""
        with self._lock:
            desk = self._looked()
            if desk is None or view.issue in desk.begun:
                return False
            try:
                plan = desk.plan(view.issue or None)
                variants = variants_of(desk.project, plan) if plan.issue.stories else ()
                for variant in variants[:MOST_CHECKED]:
                    if self._prints.current(plan, variant, desk.look, self._edition) is None:
                        self._made(desk, plan, variant)
                        return self._prints.current(plan, variant, desk.look, self._edition) is not None
            except (NewsletterError, OSError):
                return False
            return False


def _whole(plan: Plan, rendered: Sequence[RenderedVariant]) -> RenderedIssue | None:
    """Return the issue as far as it was *rendered*."""
    if not rendered:
        return None
    return RenderedIssue(
        issue=plan.issue.id,
        subject=rendered[0].subject,
        preheader=rendered[0].preheader,
        hash="",
        items=tuple(story.key for story in plan.issue.stories),
        variants={each.name: each for each in rendered},
    )
