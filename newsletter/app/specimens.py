"""Every mail to one person in every language, in a folder to look at; their links lead to the page that helps."""

from datetime import datetime
from pathlib import Path

from newsletter.app.project import Project
from newsletter.app.replies import Replies
from newsletter.delivery.values import Recipient
from newsletter.files import write_over
from subscribers.mails import Mail
from subscribers.requests import Kind
from subscribers.tokens import REFERENCE_BYTES

#: Which personal links a mail of each kind has.
LINKS = {
    Kind.SIGN_UP: ("confirm", "block"),
    Kind.INVITATION: ("confirm", "block"),
    Kind.WELCOME: ("preferences", "unsubscribe"),
    Kind.MANAGE: ("manage",),
    Kind.NEW_ADDRESS: ("confirm", "block"),
    Kind.ADDRESS_CHANGED: (),
}


def write_specimens(project: Project, folder: Path, now: datetime) -> list[Path]:
    """Write each mail as `LANGUAGE/KIND.html`, `.txt` and `.eml` below *folder*; return the paths of the first.

    Raises TemplateError for a mistake in the project's own templates.
    """
    replies = Replies.of(project, embeds_images=True)
    return [
        _write(replies, mail, folder / lang, now)
        for lang in project.settings.newsletter.languages
        for mail in _mails(project, lang)
    ]


def _mails(project: Project, lang: str) -> list[Mail]:
    page = f"{project.public_url}/help"
    return [
        Mail(
            kind=kind,
            to="reader@example.org",
            lang=lang,
            ref=bytes(REFERENCE_BYTES),
            links=dict.fromkeys(LINKS[kind], page),
            digests=tuple(project.settings.digests),
        )
        for kind in Kind
    ]


def _write(replies: Replies, mail: Mail, folder: Path, now: datetime) -> Path:
    letter = replies.letter(mail, now)
    reader = Recipient(0, mail.ref, mail.to)
    html = folder / f"{mail.kind}.html"
    write_over(html, letter.html.encode())
    write_over(folder / f"{mail.kind}.txt", letter.text.encode())
    write_over(folder / f"{mail.kind}.eml", letter.compile().fill(letter.own_headers(reader, {}), {}))
    return html
