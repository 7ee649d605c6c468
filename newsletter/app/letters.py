"""Letters from rendered variants: who writes, with which links, and where the images are."""

from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address

from newsletter.app.project import Project
from newsletter.content.images.preparing import Image
from newsletter.delivery.letter import Letter, LetterKind, Sender
from newsletter.delivery.links import Links
from newsletter.delivery.message import EmbeddedImage
from newsletter.errors import NewsletterError
from newsletter.rendering.values import RenderedVariant
from newsletter.settings.forms import address_of
from subscribers.tokens import TokenKeys


def token_keys(project: Project) -> TokenKeys:
    """Return the keys that make and read personal links.

    Raises KeysError for missing or weak ones, with the command that makes a good one.
    """
    return TokenKeys.from_secrets(token_secrets(project))


def token_secrets(project: Project) -> list[str]:
    """Return the keys of everything that only we can have made, newest first; they may be missing or weak."""
    return [key.reveal() for key in project.settings.secret_keys]


def sender(project: Project) -> Sender:
    """Return who writes, as the headers say it."""
    return _sender(project, project.settings.newsletter.from_)


def transactional_sender(project: Project) -> Sender:
    """Return who writes to one person: from another address than issues come from, for its reputation's sake (row H-13).

    The settings may leave it out in a rehearsal only.
    """
    newsletter = project.settings.newsletter
    return _sender(project, newsletter.transactional_from or newsletter.from_)


def _sender(project: Project, mailbox: str) -> Sender:
    newsletter = project.settings.newsletter
    address = address_of(mailbox)
    assert address is not None, "the settings were checked"
    address = in_ascii(address, address.display_name or newsletter.name)
    reply_to = address_of(newsletter.reply_to) if newsletter.reply_to else None
    return Sender(
        newsletter=newsletter.name,
        address=address,
        reply_to=in_ascii(reply_to, reply_to.display_name) if reply_to else None,
        public_url=project.public_url,
    )


def in_ascii(address: Address, display_name: str) -> Address:
    """Return *address* with its domain as the DNS spells it: so it stands in envelopes and Message-IDs (RFC 5891)."""
    try:
        domain = address.domain.encode("idna").decode("ascii")
    except UnicodeError:
        raise NewsletterError(
            f"`{address.domain}` cannot be a domain. Look at [newsletter] from, transactional_from and reply_to."
        ) from None
    return Address(display_name, username=address.username, domain=domain)


def letter(
    project: Project,
    issue: str,
    digest: str,
    variant: RenderedVariant,
    *,
    links: Links,
    date: datetime,
    embeds_images: bool,
    kind: LetterKind = LetterKind.ISSUE,
) -> Letter:
    """Return the letter that sends *variant* of *issue*."""
    return Letter(
        kind=kind,
        issue=issue,
        digest=digest,
        variant=variant.name,
        lang=variant.lang,
        subject=variant.subject,
        html=variant.html,
        text=variant.text,
        sender=sender(project),
        date=date,
        links=links,
        images=embedded(project, [image for image in variant.images if image.name in variant.html])
        if embeds_images
        else (),
    )


def embedded(project: Project, images: Sequence[Image]) -> Sequence[EmbeddedImage]:
    """Return prepared *images*, to travel inside the mail."""
    media = project.settings.var / "media"
    return [
        EmbeddedImage(
            url=f"{project.public_url}/media/{image.name}",
            name=image.name,
            media_type=image.media_type,
            data=(media / image.name).read_bytes(),
        )
        for image in images
    ]
