"""Which items make an issue: the rules, and what the issue file decides otherwise. Every file is either in or named."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from newsletter.content.items import Item
from newsletter.errors import Level, Problem
from newsletter.issues.file.values import IssueFile, Reference
from newsletter.issues.ledger import Ledger, resembling
from newsletter.issues.phases import Phase
from newsletter.issues.rules import Cause, Reason, Rules
from newsletter.issues.stories import Grouped, group
from newsletter.issues.values import Included, LeftOut, Story

#: Of an item, once an issue file lists others.
_NOT_LISTED = Reason(
    cause=Cause.DECIDED,
    text="the issue file lists its items, and this is not one of them",
    help="Add it to `items`; otherwise it waits for the next issue.",
)
_EXCLUDED = Reason(
    cause=Cause.DECIDED,
    text="the issue file excludes it",
    help="It waits for the next issue; remove it from `exclude` to have it in this one.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The stories of an issue, not yet in order, and everything else with its reason."""

    stories: tuple[Story, ...]
    left_out: tuple[LeftOut, ...]
    problems: tuple[Problem, ...] = ()


def select(items: Iterable[Item], rules: Rules, issue_file: IssueFile, languages: Sequence[str]) -> Selection:
    """Return what stands in the issue and what does not.

    Where *issue_file* lists `items`, the issue is exactly these, whatever the ledger says; what an editor may not
    have known (it went out before) is a problem.
    """
    groups = tuple(group(items, languages))
    decider = _Decider(rules=rules, issue_file=issue_file)
    chosen: list[Story] = []
    left_out: list[LeftOut] = []
    for grouped in groups:
        reason = decider.decide(grouped.story)
        if reason is None:
            story, dropped = _ready(grouped.story, rules)
            chosen.append(story)
            left_out += (*dropped, *grouped.left_out)
        else:
            left_out += _all_of(grouped, reason)
    told = [story for story in chosen if story.is_counted]
    unclaimed = rules.ledger.unclaimed([grouped.story for grouped in groups])
    return Selection(
        stories=tuple(chosen),
        left_out=tuple(left_out),
        problems=(
            *decider.problems,
            *_renamed_and_rewritten(told, unclaimed),
            *_copies(told, rules.ledger),
        ),
    )


@dataclass(slots=True)
class _Decider:
    """Weighs the rules against the editor's decisions, and notes where they collide."""

    rules: Rules
    issue_file: IssueFile
    problems: list[Problem] = field(default_factory=list)

    def decide(self, story: Story) -> Reason | None:
        """Return why *story* is not in the issue, or None."""
        against = self.rules.against(story)
        listed = _find(story.key, self.issue_file.items or ())
        included = _find(story.key, self.issue_file.include)
        wanted = listed or included
        unready = self.rules.not_ready(story.item) if wanted else None
        if wanted and unready and unready.is_firm:
            self._complain(
                Level.ERROR, wanted, f"`{story.key}` cannot be in this issue: {unready.text}.", unready.help
            )
            return against
        if listed:
            if against and not included:
                self._question(listed, against)
            return None
        if self.issue_file.items is not None:
            return against or _NOT_LISTED
        if included:
            return None
        if _find(story.key, self.issue_file.exclude):
            return against if against and against.is_settled else _EXCLUDED
        return against

    def _question(self, listed: Reference, against: Reason) -> None:
        """An item is listed that would not come by itself: say so where the editor may not know."""
        if against.cause is Cause.SENT and self.issue_file.counts:
            self._complain(
                Level.ERROR,
                listed,
                f"`{listed.key}` is {against.text}: readers would get it twice.",
                "Remove it from `items`; if it is to be sent again, add it to `include` too.",
            )
        elif against.cause is Cause.EXPIRED:
            self._complain(Level.WARNING, listed, f"`{listed.key}` {against.text}.", against.help)

    def _complain(self, level: Level, reference: Reference, message: str, help: str) -> None:
        self.problems.append(
            Problem(
                level=level,
                rule="issue-items",
                message=message,
                path=self.issue_file.path,
                line=reference.line,
                help=help,
            )
        )


def _find(key: str, references: Iterable[Reference]) -> Reference | None:
    return next((reference for reference in references if reference.key == key), None)


def _ready(story: Story, rules: Rules) -> tuple[Story, list[LeftOut]]:
    """Return *story* with the translations that are for readers already, and the others."""
    first, *others = story.versions.items()
    versions = dict([first])
    dropped = []
    for lang, item in others:
        reason = rules.not_ready(item)
        if reason is None:
            versions[lang] = item
        else:
            dropped.append(_left_out(item, reason, f"this translation is left out: {reason.text}"))
    is_counted = rules.phase(story) in {Phase.PUBLISHED, Phase.UNDATED}
    return replace(story, versions=versions, is_counted=is_counted), dropped


def _all_of(grouped: Grouped, reason: Reason) -> Iterator[LeftOut]:
    """Yield every file of a key that is left out; translations wait with their original."""
    original, *translations = grouped.items
    yield _left_out(original, reason, reason.text)
    for item in translations:
        yield _left_out(item, reason, f"its original {original.path}: {reason.text}")
    for entry in grouped.left_out:
        yield replace(entry, is_settled=reason.is_settled)


def _left_out(item: Item, reason: Reason, text: str) -> LeftOut:
    return LeftOut(
        key=item.key,
        path=item.path,
        reason=text,
        help=reason.help,
        is_settled=reason.is_settled,
        issue=reason.issue,
        is_unlisted=reason is _NOT_LISTED,
    )


def _renamed_and_rewritten(stories: Iterable[Story], unclaimed: Sequence[Included]) -> Iterator[Problem]:
    """Yield a warning for each new item that may have gone out under another name, text and title."""
    for story in stories:
        rows = (resembling(item, unclaimed) for item in story.versions.values())
        if row := next(filter(None, rows), None):
            yield _warning(
                story,
                "renamed-and-rewritten",
                f"may be `{row.key}` of {row.issue}, renamed and rewritten: readers would get it twice.",
                f"If it is the same item, add `id: {row.key}`. If it is new, nothing is to do.",
            )


def _copies(stories: Iterable[Story], ledger: Ledger) -> Iterator[Problem]:
    """Yield a warning for each new item that says what another one said, which went out and is still there."""
    for story in stories:
        if original := ledger.original(story):
            row = original.row
            yield _warning(
                story,
                "copy-of-sent-item",
                f"has {original.alike} as `{row.key}`, which went out in {row.issue}: readers would get it twice.",
                "Remove it, or name it under `exclude` in the issue file. If it is new, nothing is to do.",
            )


def _warning(story: Story, rule: str, message: str, help: str) -> Problem:
    item = story.item
    return Problem(
        level=Level.WARNING,
        rule=rule,
        message=message,
        path=item.path,
        line=item.lines.get("title"),
        help=help,
    )
