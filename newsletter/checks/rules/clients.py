"""The rule on what mail programs show: whatever goes beyond a bare responsive mail, where one of them lacks it."""

from collections.abc import Iterable, Iterator

from newsletter.checks.clients.html import slugs_of_page
from newsletter.checks.clients.judgement import BASELINE, advice_on, is_weighty, title_of, without_followers
from newsletter.checks.clients.sources import Source, sources_of
from newsletter.checks.clients.support import Answer, Feature, feature, joined, slugs
from newsletter.checks.origin import Origin
from newsletter.checks.proof import Proof
from newsletter.checks.rule import Finding, Rule
from newsletter.errors import Level
from newsletter.rendering.words.typography import cut

#: Further lines that are named before the rest is counted.
_NAMED_LINES = 4
#: Notes of the data that are repeated, and the characters of each.
_NAMED_NOTES = 2
_LONGEST_NOTE = 90


def _client_support(proof: Proof) -> Iterator[Finding]:
    for source, variants in _sources(proof).items():
        known = feature(source.slug)
        for variant in variants:
            yield Finding(
                level=_level(known),
                message=_message(known, source),
                help=advice_on(source.slug),
                origin=Origin(path=source.path, line=min(source.lines, default=None)),
                variant=variant,
            )


def _sources(proof: Proof) -> dict[Source, list[str]]:
    """Return what goes beyond a bare mail, and the variants that have it; letters that use the same share one look."""
    found: dict[Source, list[str]] = {}
    looked_for: dict[frozenset[str], list[Source]] = {}
    for name, letter in proof.letters.items():
        beyond = frozenset(slug for slug in slugs_of_page(letter.page) - BASELINE if _is_lacking(slug))
        if beyond and beyond not in looked_for:
            looked_for[beyond] = list(_told(sources_of(beyond, letter, proof)))
        for source in looked_for.get(beyond, ()):
            found.setdefault(source, []).append(name)
    return found


def _told(sources: Iterable[Source]) -> Iterator[Source]:
    """Yield *sources* without what goes with another feature of its file."""
    by_path: dict[str | None, list[Source]] = {}
    for source in sources:
        by_path.setdefault(source.path, []).append(source)
    for those in by_path.values():
        leading = without_followers(source.slug for source in those)
        yield from (source for source in those if source.slug in leading)


def _is_lacking(slug: str) -> bool:
    if slug not in slugs():
        return False
    known = feature(slug)
    return bool(known.those(Answer.NO) or known.those(Answer.PARTLY))


def _level(known: Feature) -> Level:
    return Level.WARNING if is_weighty(known.slug) and known.those(Answer.NO) else Level.INFO


def _message(known: Feature, source: Source) -> str:
    lacking, partly = known.named(Answer.NO), known.named(Answer.PARTLY)
    notes = "; ".join(
        cut(note.rstrip("."), _LONGEST_NOTE) for note in known.notes_on(Answer.PARTLY)[:_NAMED_NOTES]
    )
    said = [f"not supported by {lacking}"] if lacking else []
    if partly:
        said.append(f"only in part by {partly}" + (f" ({notes})" if notes else ""))
    title = title_of(known.slug, known.title)
    return f"“{title}”: {'; '.join(said)}{_elsewhere(source.lines)}."


def _elsewhere(lines: Iterable[int]) -> str:
    """Return on which further lines it stands, "" for none."""
    _, *more = sorted(lines) or [0]
    if not more:
        return ""
    named = [str(line) for line in more[:_NAMED_LINES]]
    if rest := len(more) - len(named):
        named.append(f"{rest} more")
    return f"; also on line{'s' if len(more) > 1 else ''} {joined(named)}"


RULES = (Rule(name="client-support", levels=(Level.WARNING, Level.INFO), find=_client_support),)
