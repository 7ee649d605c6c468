"""The look of this newsletter: what rendering needs of the settings."""

from newsletter.app.project import Project
from newsletter.content.items import Collection
from newsletter.issues.values import Issue
from newsletter.rendering.look import Look
from newsletter.rendering.pictures import prepare_logo
from newsletter.rendering.pipeline.environment import load_templates
from newsletter.rendering.theme import Logo, Theme
from newsletter.rendering.words.dates import Dates
from newsletter.rendering.words.headlines import subject_of
from newsletter.rendering.words.texts import load_texts


def look(project: Project, collection: Collection | None = None) -> Look:
    """Return the look of issues made of *collection*, or of mails that tell no item; logos are prepared on the way.

    Raises what `theme` raises.
    """
    settings = project.settings
    templates = project.root / "templates"
    return Look(
        newsletter=settings.newsletter.name,
        site_url=settings.newsletter.site_url,
        public_url=project.public_url,
        postal_address=settings.newsletter.postal_address,
        privacy_url=settings.site.privacy_url,
        imprint_url=settings.site.imprint_url,
        has_archive=settings.site.archive != "off",
        timezone=settings.newsletter.timezone,
        topics=settings.topics,
        theme=theme(project),
        content_folder=settings.content.folder,
        pages={item.path: item.link for item in collection.items} if collection else {},
        root=project.root,
        media=project.settings.var / "media",
        templates=templates if templates.is_dir() else None,
        compiled_templates=project.settings.var / "cache" / "templates",
    )


def theme(project: Project) -> Theme:
    """Return the tokens of the look.

    Raises SettingsError for an accent that cannot be read, ContentError for a logo that is no picture.
    """
    chosen = project.settings.theme
    return Theme(
        accent=chosen.accent,
        logo=_logo(project),
        text_fonts=chosen.text_fonts,
        headline_fonts=chosen.headline_fonts,
        radius=chosen.radius,
    )


def _logo(project: Project) -> Logo | None:
    if not project.logo_paths:
        return None
    light, *dark = (project.root / path for path in project.logo_paths)
    return prepare_logo(
        light, dark[0] if dark else None, within=project.root, media=project.settings.var / "media"
    )


def default_subject(project: Project, issue: Issue) -> str:
    """Return the subject that *issue* has in its first language."""
    lang = issue.languages[0]
    templates = project.root / "templates"
    texts = load_texts(load_templates(templates if templates.is_dir() else None).folders, lang)
    return subject_of(issue, texts, Dates(lang=lang, timezone=project.settings.newsletter.timezone))
