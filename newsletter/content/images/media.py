"""The folder of finished pictures, `var/media`: files are added whole and never changed or removed."""

from pathlib import Path

from newsletter.content.images.sizes import HEAD, size_of
from newsletter.errors import NewsletterError
from newsletter.files import write_whole

#: Extensions of finished pictures and what they are called in mail and on the web.
MEDIA_TYPES = {"jpg": "image/jpeg", "png": "image/png"}


def kept_picture(media: Path, stem: str) -> tuple[str, tuple[int, int]] | None:
    """Return name and size in pixels of the file called *stem*, or None when there is none, or a damaged one."""
    for extension in MEDIA_TYPES:
        name = f"{stem}.{extension}"
        try:
            with (media / name).open("rb") as file:
                size = size_of(file.read(HEAD))
        except OSError:  # not there; or not readable, which writing it will say
            continue
        if size:
            return name, size
    return None


def write_media(media: Path, name: str, data: bytes) -> None:
    """Keep *data* as *name* in *media*: whole or not at all, also when the power fails. Raises `NewsletterError`."""
    try:
        write_whole(media / name, data)
    except OSError as error:
        raise NewsletterError(
            f"{media / name} cannot be written: {error.strerror}. Make room, or let this program write there."
        ) from error
