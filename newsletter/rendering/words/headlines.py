"""The lines a reader sees before the letter: title, subject, preheader; the editor's words come first."""

from collections.abc import Mapping, Sequence

from newsletter.issues.values import Issue
from newsletter.rendering.words.dates import NO_BREAK_SPACE, Dates
from newsletter.rendering.words.texts import Texts
from newsletter.rendering.words.typography import cut

#: What inboxes show beside the subject, in characters.
SHORTEST_PREHEADER = 40
LONGEST_PREHEADER = 110


def title_of(issue: Issue, texts: Texts, dates: Dates) -> str:
    """Return the digest's title with its period in words: `Monthly digest, November 2026`; no break in the period."""
    if issue.is_special:
        return written_for(issue.subjects, texts.lang) or texts.known(issue.digest.title)
    period = dates.period(issue.digest.period, issue.period)
    return texts.gettext("{title}, {period}", title=texts.known(issue.digest.title), period=period)


def subject_of(issue: Issue, texts: Texts, dates: Dates) -> str:
    """Return the editor's subject, else the title."""
    return written_for(issue.subjects, texts.lang) or title_of(issue, texts, dates).replace(
        NO_BREAK_SPACE, " "
    )


def preheader_of(issue: Issue, lang: str, stories: Sequence[tuple[str, str]]) -> str:
    """Return the editor's preheader, else one made of the *stories*' headlines; each comes with its summary."""
    written = written_for(issue.preheaders, lang)
    if written:
        return written
    line = " · ".join(headline for headline, _ in stories)
    if len(line) < SHORTEST_PREHEADER:
        line = " – ".join(filter(None, (line, *(summary for _, summary in stories))))
    return cut(line, LONGEST_PREHEADER)


def written_for(texts: Mapping[str, str], lang: str) -> str:
    """Return what an editor wrote for *lang*, or for every language, as one line; "" when there is nothing."""
    return " ".join((texts.get(lang) or texts.get("") or "").split())
