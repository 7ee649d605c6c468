"""Rules on the issue as a whole: how much is in it, and whether it is there in every language."""

from collections.abc import Iterator

from newsletter.checks.origin import Origin, quoted
from newsletter.checks.proof import Proof
from newsletter.checks.rule import Finding, Rule
from newsletter.errors import Level
from newsletter.issues.values import IssueState

#: About 4 kB each: more pass the limit at which Gmail clips a mail.
MOST_ITEMS = 24


def _no_items(proof: Proof) -> Iterator[Finding]:
    if not proof.issue.stories:
        yield Finding(
            level=Level.WARNING,
            message="There is nothing in this issue.",
            origin=Origin(path=proof.plan.file_path),
            help="What is left out is listed with its reason; an item to publish needs a date before the issue is due.",
        )


def _skipped(proof: Proof) -> Iterator[Finding]:
    standing = proof.plan.standing
    if proof.issue.stories and standing.state is IssueState.SKIPPED:
        yield Finding(
            level=Level.INFO,
            message=f"This issue will be skipped: {standing.reason}.",
            origin=Origin(path=proof.plan.file_path),
            help="Remove `skip` from the issue file."
            if proof.plan.issue_file.skip
            else f"To have it sent all the same: newsletter approve {proof.issue.id}",
        )


def _too_many_items(proof: Proof) -> Iterator[Finding]:
    if (count := len(proof.issue.stories)) > MOST_ITEMS:
        yield Finding(
            level=Level.WARNING,
            message=f"There are {count} items; more than about {MOST_ITEMS} are too much for one mail.",
            origin=Origin(path=proof.plan.file_path),
            help="Exclude some in the issue file (they wait for the next one), or let the digest come more often.",
        )


def _missing_introduction(proof: Proof) -> Iterator[Finding]:
    if proof.issue.stories and not proof.issue.introductions:
        yield Finding(
            level=Level.INFO,
            message="There is no introduction.",
            origin=Origin(path=proof.plan.file_path),
            help=f"Two or three sentences of an editor do it good: newsletter draft {proof.issue.id}",
        )


def _missing_translation(proof: Proof) -> Iterator[Finding]:
    languages = proof.issue.languages
    for story in proof.issue.stories:
        if missing := [lang for lang in languages if lang not in story.versions]:
            yield Finding(
                level=Level.INFO,
                message=f"{quoted(story.item)} is not there in {', '.join(missing)}: these readers get it in {story.item.lang}.",
                origin=Origin(path=story.item.path),
                help=f"Add a file beside it whose name ends in .{missing[0]}.md.",
            )
    for name, texts in (
        ("subject", proof.issue.subjects),
        ("preheader", proof.issue.preheaders),
        ("introduction", proof.issue.introductions),
    ):
        missing = [lang for lang in languages if lang not in texts and "" not in texts]
        if texts and missing:
            yield Finding(
                level=Level.INFO,
                message=f"The {name} is not there in {', '.join(missing)}.",
                origin=Origin(path=proof.plan.file_path),
                help=f"Write it in {proof.issue.id}.{missing[0]}.md beside the issue file.",
            )


RULES = (
    Rule(name="no-items", levels=(Level.WARNING,), find=_no_items),
    Rule(name="skipped", levels=(Level.INFO,), find=_skipped),
    Rule(name="too-many-items", levels=(Level.WARNING,), find=_too_many_items),
    Rule(name="missing-introduction", levels=(Level.INFO,), find=_missing_introduction),
    Rule(name="missing-translation", levels=(Level.INFO,), find=_missing_translation),
)
