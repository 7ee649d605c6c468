"""Letters to one person: words that are rendered once for everybody who gets the same, links that are filled for each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache, partial

from newsletter.app.letters import embedded, transactional_sender
from newsletter.app.looks import look
from newsletter.app.project import Project
from newsletter.delivery.letter import Letter, LetterKind, Sender
from newsletter.delivery.links import NoLinks
from newsletter.rendering.look import Look
from newsletter.rendering.occasions import MailKind, Occasion
from newsletter.rendering.pipeline.environment import load_templates
from newsletter.rendering.transactional import render_mail
from newsletter.rendering.values import RenderedMail
from newsletter.rendering.wording import subject_of
from newsletter.rendering.words.texts import load_texts
from newsletter.settings.forms import address_of
from newsletter.storage.archive import list_public
from subscribers.mails import Mail
from subscribers.offers import match_language
from subscribers.requests import CONFIRM_TIME, MANAGE_TIME, Kind

#: Wordings that are kept; strangers choose among the digests, so there may be more.
_KEPT = 128

#: For so long the link works that a mail of each kind is about.
_WORKS_FOR: Mapping[Kind, timedelta] = {
    Kind.SIGN_UP: CONFIRM_TIME,
    Kind.INVITATION: CONFIRM_TIME,
    Kind.NEW_ADDRESS: CONFIRM_TIME,
    Kind.MANAGE: MANAGE_TIME,
}


@dataclass(frozen=True, slots=True)
class Replies:
    """Writes the letters of one project. Settings and templates are those of the moment it was made."""

    project: Project
    embeds_images: bool
    _look: Look
    _sender: Sender
    _render: Callable[[Occasion], RenderedMail] = field(repr=False)

    @classmethod
    def of(cls, project: Project, *, embeds_images: bool) -> "Replies":
        """Return the writer for *project*. Raises what `looks.theme` raises."""
        found = look(project)
        render = lru_cache(maxsize=_KEPT)(partial(render_mail, look=found))
        return cls(project, embeds_images, found, transactional_sender(project), render)

    def letter(self, mail: Mail, now: datetime) -> Letter:
        """Return the letter that *mail* asks for, dated *now*.

        Raises TemplateError for a mistake in the project's own templates.
        """
        rendered = self._render(self._occasion(mail))
        html, text = rendered.filled(mail.links)
        return Letter(
            kind=LetterKind.TRANSACTIONAL,
            # No issue's name begins so.
            issue=f"_{mail.kind}",
            digest="",
            variant=rendered.lang,
            lang=rendered.lang,
            subject=rendered.subject,
            html=html,
            text=text,
            sender=self._sender,
            date=now,
            links=NoLinks(),
            images=embedded(self.project, rendered.images) if self.embeds_images else (),
        )

    def _occasion(self, mail: Mail) -> Occasion:
        newsletter = self.project.settings.newsletter
        digests = self.project.settings.digests
        lang = match_language(mail.lang, newsletter.languages) or newsletter.languages[0]
        contact = address_of(newsletter.reply_to or newsletter.from_)
        return Occasion(
            kind=MailKind(mail.kind),
            lang=lang,
            links=frozenset(mail.links),
            digests=tuple(digest.title for key, digest in digests.items() if key in mail.digests),
            works_for=_WORKS_FOR.get(mail.kind, timedelta()),
            latest_url=self._latest_url(mail, lang) if mail.kind is Kind.WELCOME else "",
            contact=contact.addr_spec if contact else "",
        )

    def _latest_url(self, mail: Mail, lang: str) -> str:
        """Return where the latest issue of the mail's digests can be read; "" when there is none."""
        if not (self._look.has_archive and self.project.has_database):
            return ""
        sent = list_public(self.project.engine, is_rehearsal=self.project.is_rehearsal)
        latest = next((issue.id for issue in reversed(sent) if issue.digest in mail.digests), None)
        return self._look.issue_url(latest, lang) if latest else ""


def subject_to_look_for(project: Project, kind: Kind, lang: str) -> str:
    """Return the subject of the mails of *kind* in *lang*, for a page that says what to look for."""
    folder = project.root / "templates"
    texts = load_texts(load_templates(folder if folder.is_dir() else None).folders, lang)
    return subject_of(MailKind(kind), project.settings.newsletter.name, texts)
