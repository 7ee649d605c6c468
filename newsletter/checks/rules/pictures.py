"""Rules on pictures: a description for who does not see them, a size for who pays for each byte, a form that mail shows."""

import re
from collections.abc import Iterator

from newsletter.checks.circumstances import MEDIA
from newsletter.checks.clients.names import IMAGES
from newsletter.checks.clients.support import Answer, feature
from newsletter.checks.letter import Letter, MailImage
from newsletter.checks.origin import Origin, of_field
from newsletter.checks.proof import Proof
from newsletter.checks.rule import Finding, Rule
from newsletter.checks.webaddress import host_of, is_local
from newsletter.content.body.markdown import ImageBlock
from newsletter.errors import Level
from newsletter.rendering.pictures import LETTER_WIDTH
from newsletter.rendering.words.typography import cut

MEGABYTE = 1_000_000
#: Bytes of a source from which saving it for the web is worth the while, and from which it is an accident.
LARGE_SOURCE = MEGABYTE
HUGE_SOURCE = 5 * MEGABYTE
#: Bytes that each reader downloads for one picture.
LARGE_PICTURE = 400_000
_FILE_NAME = re.compile(r"\S+\.(?:jpe?g|png|gif|webp|avif|svg|tiff?|heic)", re.IGNORECASE)
#: Not shown everywhere.
_UNSHOWN = re.compile(r"[^?#]*\.(svg|webp|avif)(?:[?#].*)?", re.IGNORECASE)


def _missing_alt(proof: Proof) -> Iterator[Finding]:
    """Yield items whose own picture has no description; pictures in a body are looked at while it is rendered."""
    for item in proof.items:
        if item.picture is None:
            continue
        if item.picture.alt is None:
            message = f"The image {item.picture.source} has no description for people who do not see it."
        elif _FILE_NAME.fullmatch(item.picture.alt.strip()):
            message = f"The description of the image {item.picture.source} is the name of a file."
        else:
            continue
        yield Finding(
            level=Level.WARNING,
            message=message,
            help='Add `image_alt: …` with what it shows, or `image_alt: ""` if it only decorates.',
            origin=of_field(item, "image"),
        )


def _heavy_image(proof: Proof) -> Iterator[Finding]:
    for source, origin in _sources(proof):
        size = proof.circumstances.bytes_of(source) or 0
        if size > LARGE_SOURCE:
            yield Finding(
                level=Level.WARNING if size > HUGE_SOURCE else Level.INFO,
                message=f"The image {source} has {size / MEGABYTE:.1f} MB; readers get a smaller one.",
                help="Save it at most 1600 pixels wide, a photograph as JPEG.",
                origin=origin,
            )
    for letter in proof.letters.values():
        for name, alt in _prepared(letter):
            size = proof.circumstances.bytes_of(f"{MEDIA}/{name}") or 0
            if size > LARGE_PICTURE:
                yield Finding(
                    level=Level.WARNING,
                    message=f"Each reader downloads {size // 1000} kB for the image “{alt or name}”.",
                    help="Choose a calmer picture or a part of it; save a photograph as JPEG.",
                    origin=proof.origin_of(alt or name),
                    variant=letter.variant.name,
                )


def _sources(proof: Proof) -> Iterator[tuple[str, Origin]]:
    """Yield the source of each picture that is printed, and where it is named."""
    for item in proof.items:
        if item.picture:
            yield item.picture.source, of_field(item, "image")
    for passage in proof.passages:
        for block in passage.body.blocks if passage.is_printed else ():
            if isinstance(block, ImageBlock):
                yield block.source, passage.origin_of(block.source, block.source.rpartition("/")[2])


def _prepared(letter: Letter) -> Iterator[tuple[str, str]]:
    """Yield name and description of each picture that goes with *letter*."""
    for image in letter.variant.images:
        alts = (shown.alt for shown in letter.images if shown.source.endswith(image.name))
        yield image.name, next(filter(None, alts), "")


def _mail_image(proof: Proof) -> Iterator[Finding]:
    for letter in proof.letters.values():
        for image in letter.images:
            for complaint, help in _complaints(image, proof.circumstances.public_url):
                yield Finding(
                    level=Level.WARNING,
                    message=f"The image {cut(image.source, 100)} {complaint}.",
                    help=help,
                    origin=proof.source_of(image.source),
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
        yield f"is {unshown[1].upper()}, which {_without(unshown[1])} cannot show", "Save it as PNG or JPEG."
    elif not image.source.startswith("https://") and not _is_rehearsed(image.source, public_url):
        yield "does not come by https", "Copy it into the content folder, or write its https:// address."


def _without(suffix: str) -> str:
    """Return which mail programs lack pictures whose name ends in *suffix*."""
    return feature(IMAGES[suffix.lower()]).named(Answer.NO)


def _is_width(width: str | None) -> bool:
    return bool(re.fullmatch("[0-9]{1,4}", width or "")) and 0 < int(width or 0) <= LETTER_WIDTH


def _is_rehearsed(source: str, public_url: str) -> bool:
    """Whether *source* is served by our own site, on this machine and so without https."""
    return source.startswith(f"{public_url.rstrip('/')}/") and is_local(host_of(public_url))


RULES = (
    Rule(name="missing-alt", levels=(Level.WARNING, Level.INFO), find=_missing_alt),
    Rule(name="heavy-image", levels=(Level.WARNING, Level.INFO), find=_heavy_image),
    Rule(name="mail-image", levels=(Level.WARNING,), find=_mail_image),
)
