"""An issue's variant into a manuscript: which section holds what, in the reader's language."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from newsletter.content.items import Item
from newsletter.issues.values import Issue, Story, Variant
from newsletter.rendering.entries import EntryMaker
from newsletter.rendering.look import Look
from newsletter.rendering.manuscript import Entry, Manuscript, Section, SectionName
from newsletter.rendering.material import Material
from newsletter.rendering.sectioning import lead_of, section_of
from newsletter.rendering.words.dates import Dates, direction_of
from newsletter.rendering.words.headlines import preheader_of, subject_of, title_of
from newsletter.rendering.words.texts import Texts, load_texts


def compose(
    issue: Issue, variant: Variant, material: Material, look: Look, folders: Sequence[Path]
) -> Manuscript:
    """Return *variant*, made of *material*, ready for the templates.

    *folders* hold the catalogues, the overriding one first.
    """
    lang = variant.lang
    texts = load_texts(folders, lang)
    dates = Dates(lang=lang, timezone=look.timezone)
    items = [story.in_language(lang) for story in variant.stories]
    languages = dict.fromkeys(item.lang for item in items)
    makers = {language: _maker(language, material, look, folders) for language in languages}
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
        sections=tuple(_sections(issue, variant, texts, makers)),
        web_url=look.issue_url(issue.id, lang) if look.has_archive else "",
    )


def _maker(lang: str, material: Material, look: Look, folders: Sequence[Path]) -> EntryMaker:
    return EntryMaker(
        texts=load_texts(folders, lang),
        dates=Dates(lang=lang, timezone=look.timezone),
        topics=look.topics,
        material=material,
    )


def _sections(
    issue: Issue, variant: Variant, texts: Texts, makers: Mapping[str, EntryMaker]
) -> Iterator[Section]:
    lead = lead_of(issue, variant)
    entries: dict[SectionName, list[Entry]] = {name: [] for name in SectionName}
    for number, story in enumerate(variant.stories, start=1):
        item = story.in_language(variant.lang)
        name = section_of(story, lead)
        entries[name].append(_entry(makers[item.lang], story, item, name, f"item-{number}"))
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
