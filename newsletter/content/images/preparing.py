"""Pictures of items, made fit for mail: checked, turned upright, stripped of metadata, scaled, kept for ever.

Decoding happens in a process of its own (`worker.py`). A picture that was made before costs a read and a hash.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from newsletter.content.images.focus import CENTRE, Focus
from newsletter.content.images.media import MEDIA_TYPES, kept_picture, write_media
from newsletter.content.images.process import PictureProcess
from newsletter.content.images.sources import read_picture
from newsletter.errors import Problem

#: File pixels for each CSS pixel: screens of today show two.
DENSITY = 2
#: Part of every name. Raise it when the same source shall become another file.
_RECIPE = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture as it is shown: a file in `var/media` and its size on the page."""

    #: `<hash of the source's bytes and of the size>.<ext>`, the file's name in `var/media`.
    name: str
    #: CSS pixels at which it is shown; the file is up to twice as wide.
    width: int
    height: int
    media_type: str
    #: Pixels of the file; below `width` it looks blurred. None: not known.
    file_width: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRequest:
    """A picture that is wanted, and how it will be shown."""

    source: Path
    #: CSS pixels. Only a picture with `crop` is shown this wide although it has fewer pixels.
    width: int
    #: Width and height of which the ratio counts; None: the picture's own.
    crop: tuple[int, int] | None = None
    focus: Focus = CENTRE


def prepare_images(
    requests: Iterable[ImageRequest], *, within: Path, media: Path
) -> tuple[Image | Problem, ...]:
    """Return for each of *requests* the picture, made fit and kept in *media*, or what is wrong with it.

    Every source must really lie in *within*. Problems name the picture, not the file that uses it. Raises
    `NewsletterError` when *media* cannot be written.
    """
    real = within.resolve()
    with PictureProcess() as process:
        return tuple(
            _prepared(
                request, process, name=_name_for_people(request.source, within), within=real, media=media
            )
            for request in requests
        )


def _prepared(
    request: ImageRequest, process: PictureProcess, *, name: str, within: Path, media: Path
) -> Image | Problem:
    data = read_picture(request.source, within=within, name=name)
    if isinstance(data, Problem):
        return data
    stem = _stem(data, request)
    kept = kept_picture(media, stem)
    if kept is None:
        made = process.convert(
            data,
            width=DENSITY * request.width,
            ratio=request.crop,
            focus=(request.focus.x, request.focus.y),
            name=name,
        )
        if isinstance(made, Problem):
            return made
        extension, content = made
        write_media(media, f"{stem}.{extension}", content)
        kept = kept_picture(media, stem)
        assert kept is not None, "the file was just written"
    return _shown(request, *kept)


def _stem(data: bytes, request: ImageRequest) -> str:
    """Return 32 hex digits that stand for these bytes in this shape."""
    # Twice as fast as SHA-256 where the processor has no instruction for that; what stands for a name needs no more.
    digest = hashlib.blake2b(data, digest_size=16)
    shape = (request.width, request.crop, request.focus.x, request.focus.y, _RECIPE)
    digest.update(repr(shape).encode())
    return digest.hexdigest()


def _shown(request: ImageRequest, name: str, size: tuple[int, int]) -> Image:
    across, down = request.crop or size
    width = request.width if request.crop else min(request.width, size[0])
    return Image(
        name=name,
        width=width,
        height=max(1, round(width * down / across)),
        media_type=MEDIA_TYPES[name.rpartition(".")[2]],
        file_width=size[0],
    )


def _name_for_people(source: Path, within: Path) -> str:
    return source.relative_to(within).as_posix() if source.is_relative_to(within) else source.name
