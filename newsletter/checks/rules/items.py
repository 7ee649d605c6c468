"""Rules on items: what an editor forgot in a content file."""

from collections.abc import Iterator
from datetime import timedelta
from typing import cast

from newsletter.checks.origin import of_field, quoted
from newsletter.checks.proof import Proof
from newsletter.checks.rule import Finding, Rule
from newsletter.content.fields.reader import as_flag
from newsletter.content.frontmatter.rawfields import Value
from newsletter.content.items import Item
from newsletter.errors import Level
from newsletter.issues.phases import moment

#: Characters of a title: more than four lines on a telephone.
LONGEST_TITLE = 120
#: Letters from which a line in capitals is more than an abbreviation.
_SHORTEST_CAPITALS = 8
#: Readers open a newsletter over several days.
_SOON = timedelta(days=3)
#: Paths that are named before the rest is counted.
_NAMED = 3


def is_in_capitals(text: str) -> bool:
    """Whether *text* shouts: several words without a small letter."""
    letters = sum(character.isalpha() for character in text)
    return letters >= _SHORTEST_CAPITALS and " " in text.strip() and text.isupper()


def _sample_content(proof: Proof) -> Iterator[Finding]:
    shown = {item.path for item in proof.items}
    samples = sorted(filter(_is_sample, proof.collection.items), key=lambda item: item.path not in shown)
    if not samples:
        return
    paths = [item.path for item in samples]
    count = "1 file is" if len(paths) == 1 else f"{len(paths)} files are"
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    yield Finding(
        level=Level.WARNING if paths[0] in shown else Level.INFO,
        message=f"{count} sample content: {', '.join(paths[:_NAMED])}{more}.",
        help="Remove the files, or take `sample: true` out of those that you made your own.",
        origin=of_field(samples[0], "sample"),
    )


def _is_sample(item: Item) -> bool:
    return as_flag(cast(Value, item.extra.get("sample"))) is True


def _missing_link(proof: Proof) -> Iterator[Finding]:
    for story in proof.issue.stories:
        for item in story.versions.values():
            if not item.link and not item.body.strip():
                yield Finding(
                    # A day to keep free may be all there is to say of an event that lies ahead.
                    level=Level.WARNING if story.is_counted else Level.INFO,
                    message=f"{quoted(item)} has neither a link nor a text: readers cannot read on.",
                    help="Add `link`, write the text, or set [content.links] in newsletter.toml.",
                    origin=of_field(item, "title"),
                )
            elif not item.link and item.kind in proof.circumstances.links:
                yield Finding(
                    level=Level.INFO,
                    message=f"{quoted(item)} is printed whole: it has no page, although [content.links] names one for its kind.",
                    help="Add `date` or `link` if it is on the website.",
                    origin=of_field(item, "link", "title"),
                )


def _long_title(proof: Proof) -> Iterator[Finding]:
    for item in proof.items:
        if len(item.title) > LONGEST_TITLE:
            yield Finding(
                level=Level.WARNING,
                message=f"The title has {len(item.title)} characters.",
                help=f"Say it in {LONGEST_TITLE} or fewer; the rest belongs in the summary.",
                origin=of_field(item, "title"),
            )


def _title_in_capitals(proof: Proof) -> Iterator[Finding]:
    for item in proof.items:
        if is_in_capitals(item.title):
            yield Finding(
                level=Level.INFO,
                message=f"The title {quoted(item)} is in capitals.",
                help="Write it in ordinary letters: they are read faster, and screen readers do not spell them.",
                origin=of_field(item, "title"),
            )


def _expires_soon(proof: Proof) -> Iterator[Finding]:
    for item in proof.items:
        if item.expires and moment(item.expires, proof.circumstances.zone) - proof.sent_at < _SOON:
            yield Finding(
                level=Level.INFO,
                message=f"{quoted(item)} expires on {item.expires:%Y-%m-%d}, when many readers have not opened the mail yet.",
                help="Move `expires`, or exclude the item if it would be of no use then.",
                origin=of_field(item, "expires"),
            )


RULES = (
    Rule(name="sample-content", levels=(Level.WARNING, Level.INFO), find=_sample_content),
    Rule(name="missing-link", levels=(Level.WARNING, Level.INFO), find=_missing_link),
    Rule(name="long-title", levels=(Level.WARNING,), find=_long_title),
    Rule(name="title-in-capitals", levels=(Level.INFO,), find=_title_in_capitals),
    Rule(name="expires-soon", levels=(Level.INFO,), find=_expires_soon),
)
