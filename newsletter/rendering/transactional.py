"""The whole stage for a mail to one person: an occasion into what everybody gets who is written to on it."""

from newsletter.rendering.issue import shared_values
from newsletter.rendering.look import Look
from newsletter.rendering.occasions import Occasion
from newsletter.rendering.pipeline.environment import load_templates
from newsletter.rendering.pipeline.mail import render_transactional_html, render_transactional_text
from newsletter.rendering.values import RenderedMail, slot_of
from newsletter.rendering.wording import note_of
from newsletter.rendering.words.texts import load_texts


def render_mail(occasion: Occasion, look: Look) -> RenderedMail:
    """Render the mail for *occasion*, with the slots of its links open.

    Raises `TemplateError` for a mistake in a template, also for a link that it leaves out; `RenderingError`.
    """
    templates = load_templates(look.templates, compiled=look.compiled_templates)
    texts = load_texts(templates.folders, occasion.lang)
    note = note_of(occasion, look.newsletter, texts)
    values = {**shared_values(note, look, texts), "mail": note}
    slots = [slot_of(name) for name in sorted(occasion.links)]
    return RenderedMail(
        lang=note.lang,
        subject=note.subject,
        preheader=note.preheader,
        html=render_transactional_html(templates, values, slots),
        text=render_transactional_text(templates, values, slots),
        links=occasion.links,
        images=look.theme.images,
    )
