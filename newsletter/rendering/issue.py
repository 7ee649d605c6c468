"""The whole stage: an issue and its variants into what will be mailed and archived."""

from collections.abc import Sequence

from newsletter.issues.values import Issue, Variant
from newsletter.rendering.composing import compose
from newsletter.rendering.fitting import WHOLE, Detail, fitted
from newsletter.rendering.look import Look
from newsletter.rendering.manuscript import Manuscript
from newsletter.rendering.material import Material, gather
from newsletter.rendering.occasions import Note
from newsletter.rendering.pipeline.environment import Templates, load_templates
from newsletter.rendering.pipeline.mail import render_html, render_source, render_text, render_web
from newsletter.rendering.plaintext import hung, underlined, wrapped
from newsletter.rendering.values import RenderedIssue, RenderedVariant, Slot
from newsletter.rendering.words.texts import Texts, load_texts


def render_issue(
    issue: Issue, variants: Sequence[Variant], look: Look, *, content_hash: str = ""
) -> RenderedIssue:
    """Render each of *variants*, of which there is at least one, as mail, plain text and web page.

    *content_hash* is handed on: the hash of everything editorial in the issue. The same values and files give the
    same bytes. Raises `TemplateError`, `ContentError` for a picture that cannot be used, `RenderingError`.
    """
    templates = load_templates(look.templates, compiled=look.compiled_templates)
    material = gather(issue, variants, look)
    ranks = {lang: rank for rank, lang in enumerate(issue.languages)}
    ordered = sorted(variants, key=lambda variant: (ranks.get(variant.lang, len(ranks)), variant.name))
    rendered = {variant.name: _render(issue, variant, material, look, templates) for variant in ordered}
    first = next(iter(rendered.values()))
    return RenderedIssue(
        issue=issue.id,
        subject=first.subject,
        preheader=first.preheader,
        hash=content_hash,
        items=tuple(story.key for story in issue.stories),
        variants=rendered,
    )


def _render(
    issue: Issue, variant: Variant, material: Material, look: Look, templates: Templates
) -> RenderedVariant:
    sources: dict[Detail, str] = {}

    def written(detail: Detail) -> Manuscript:
        return compose(issue, variant, material, look, templates.folders, detail=detail)

    def mailed(detail: Detail) -> str:
        told = values if detail == WHOLE else template_values(written(detail), look, templates)
        sources[detail] = render_source(templates, told)
        return render_html(templates, told, sources[detail])

    whole = written(WHOLE)
    values = template_values(whole, look, templates)
    detail, html = fitted(mailed, len(whole.told), can_shorten=look.has_archive)
    return RenderedVariant(
        name=variant.name,
        lang=variant.lang,
        items=tuple(story.key for story in variant.stories),
        subject=whole.subject,
        preheader=whole.preheader,
        html=html,
        text=render_text(templates, values),
        web=render_web(templates, values),
        images=tuple(dict.fromkeys((*look.theme.images, *whole.images))),
        summaries=0 if detail.prints_whole else sum(entry.prose is not None for entry in whole.entries),
        headlines=0 if detail.full_entries is None else len(whole.told) - detail.full_entries,
        source=sources[detail],
    )


def template_values(manuscript: Manuscript, look: Look, templates: Templates) -> dict[str, object]:
    """Return everything that a template can name (docs/theming.md lists it for designers)."""
    texts = load_texts(templates.folders, manuscript.lang)
    slots = {slot.name: slot.value for slot in Slot}
    return {**shared_values(manuscript, look, texts), "slots": slots}


def shared_values(letter: Manuscript | Note, look: Look, texts: Texts) -> dict[str, object]:
    """Return what the templates of every mail can name; the parts that all share call any *letter* `issue`."""
    return {
        "issue": letter,
        "look": look,
        "theme": look.theme,
        "light": look.theme.light,
        "dark": look.theme.dark,
        "gettext": texts.gettext,
        "ngettext": texts.ngettext,
        "wrapped": wrapped,
        "underlined": underlined,
        "hung": hung,
    }
