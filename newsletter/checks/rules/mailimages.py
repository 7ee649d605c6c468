"""The rule on pictures as the mail has them: what mail programs need to show them at all."""

import re
from collections.abc import Iterator

from newsletter.checks.letter import MailImage
from newsletter.checks.proof import Proof
from newsletter.checks.rule import Finding, Rule
from newsletter.checks.webaddress import host_of, is_local
from newsletter.errors import Level
from newsletter.rendering.pictures import LETTER_WIDTH
from newsletter.rendering.words.typography import cut

#: Not shown by Gmail (SVG), by Outlook on Windows (WebP) or by several (AVIF).
_UNSHOWN = re.compile(r"[^?#]*\.(svg|webp|avif)(?:[?#].*)?", re.IGNORECASE)


def _mail_image(proof: Proof) -> Iterator[Finding]:
    for letter in proof.letters.values():
        for image in letter.images:
            for complaint, help in _complaints(image, proof.circumstances.public_url):
                yield Finding(
                    level=Level.WARNING,
                    message=f"The image {cut(image.source, 100)} {complaint}.",
                    help=help,
                    origin=proof.origin_of(image.source),
                    variant=letter.variant.name,
                )


def _complaints(image: MailImage, public_url: str) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with *image* in a mail, as the end of a sentence, and the remedy."""
    if image.alt is None:
        yield "has no `alt` in the mail", 'Give it one in the template; alt="" if it only decorates.'
    if not _is_width(image.width):
        yield (
            "has no width that Outlook understands",
            f"In the template, give it a `width` in pixels, {LETTER_WIDTH} at the most.",
        )
    if image.source.startswith("data:"):
        yield "stands in the mail itself, which Gmail does not show", "Use a file."
    elif unshown := _UNSHOWN.fullmatch(image.source):
        yield f"is {unshown[1].upper()}, which not every mail program shows", "Save it as PNG or JPEG."
    elif not image.source.startswith("https://") and not _is_rehearsed(image.source, public_url):
        yield "does not come by https", "Copy it into the content folder, or write its https:// address."


def _is_width(width: str | None) -> bool:
    return bool(re.fullmatch("[0-9]{1,4}", width or "")) and 0 < int(width or 0) <= LETTER_WIDTH


def _is_rehearsed(source: str, public_url: str) -> bool:
    """Whether *source* is served by our own site, on this machine and so without https."""
    return source.startswith(f"{public_url.rstrip('/')}/") and is_local(host_of(public_url))


RULES = (Rule(name="mail-image", levels=(Level.WARNING,), find=_mail_image),)
