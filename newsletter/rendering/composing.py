"""An issue's variant into a manuscript: which section holds what, in the reader's language."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, repeat
from pathlib import Path

from newsletter.content.items import Item
from newsletter.issues.values import Issue, Story, Variant
from newsletter.rendering.entries import EntryMaker
from newsletter.rendering.fitting import WHOLE, Detail
from newsletter.rendering.look import Look
from newsletter.rendering.manuscript import Corrections, Entry, Manuscript, Section, SectionName
from newsletter.rendering.material import Material
from newsletter.rendering.sectioning import lead_of, section_of
from newsletter.rendering.words.dates import Dates, direction_of
from newsletter.rendering.words.headlines import preheader_of, subject_of, title_of
from newsletter.rendering.words.texts import Texts, load_texts
from newsletter.rendering.words.typography import bound


def compose(
    issue: Issue,
    variant: Variant,
    material: Material,
    look: Look,
    folders: Sequence[Path],
    *,
    detail: Detail = WHOLE,
) -> Manuscript:
    """Return *variant*, made of *material*, ready for the templates, as much of it as *detail* says.

    *folders* hold the catalogues, the overriding one first.
    """
    lang = variant.lang
    texts = load_texts(folders, lang)
    dates = Dates(lang=lang, timezone=look.timezone)
    items = [story.in_language(lang) for story in variant.stories]
    languages = dict.fromkeys(item.lang for item in items)
    web_url = look.issue_url(issue.id, lang) if look.has_archive else ""
    makers = {
        language: EntryMaker(
            texts=load_texts(folders, language),
            dates=Dates(lang=language, timezone=look.timezone),
            look=look,
            material=material,
            prints_whole=detail.prints_whole,
            web_url=web_url,
        )
        for language in languages
    }
    return Manuscript(
        id=issue.id,
        variant=variant.name,
        lang=lang,
        dir=direction_of(lang),
        subject=subject_of(issue, texts, dates),
        preheader=preheader_of(issue, lang, [(item.title, item.summary) for item in items]),
        title=title_of(issue, texts, dates),
        digest=texts.known(issue.digest.title),
        date=dates.day(issue.due_at),
        introduction=material.introduction(lang),
        sections=tuple(_sections(issue, variant, texts, makers, detail)),
        corrections=_corrections(issue, lang),
        web_url=web_url,
    )


def _corrections(issue: Issue, lang: str) -> Corrections | None:
    """Return them in the reader's language, else in the first that has any."""
    language = next((each for each in (lang, *issue.languages) if issue.corrections.get(each)), None)
    if language is None:
        return None
    texts = tuple(bound(text) for text in issue.corrections[language])
    return Corrections(lang=language, dir=direction_of(language), texts=texts)


def _sections(
    issue: Issue, variant: Variant, texts: Texts, makers: Mapping[str, EntryMaker], detail: Detail
) -> Iterator[Section]:
    lead = lead_of(issue, variant)
    entries: dict[SectionName, list[Entry]] = {name: [] for name in SectionName}
    full = len(variant.stories) if detail.full_entries is None else detail.full_entries
    room = chain(repeat(True, full), repeat(False))
    for number, story in enumerate(variant.stories, start=1):
        item = story.in_language(variant.lang)
        name = section_of(story, lead)
        is_brief = name in {SectionName.NEWS, SectionName.REPORTS} and not next(room)
        anchor = f"item-{number}"
        maker = makers[item.lang]
        entries[name].append(
            maker.brief(item, anchor) if is_brief else _entry(maker, story, item, name, anchor)
        )
    for name, found in entries.items():
        if found:
            yield Section(name=name, title=_section_title(name, texts), entries=tuple(found))


def _entry(maker: EntryMaker, story: Story, item: Item, name: SectionName, anchor: str) -> Entry:
    match name:
        case SectionName.LEAD:
            return maker.lead(item, anchor, is_upcoming=not story.is_counted)
        case SectionName.UPCOMING:
            return maker.upcoming(item, anchor)
        case SectionName.NEWS | SectionName.REPORTS:
            return maker.told(item, anchor)


def _section_title(name: SectionName, texts: Texts) -> str:
    match name:
        case SectionName.LEAD:
            return texts.gettext("In focus")
        case SectionName.NEWS:
            return texts.gettext("News")
        case SectionName.REPORTS:
            return texts.gettext("Event reports")
        case SectionName.UPCOMING:
            return texts.gettext("Upcoming events")
