"""Pictures of items, made fit for mail: checked, turned upright, stripped of metadata, scaled."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture as it is shown: a file in `var/media` and its size on the page."""

    #: `<hash of the source's bytes and of the size>.<ext>`, the file's name in `var/media`.
    name: str
    #: CSS pixels at which it is shown; the file is up to twice as wide.
    width: int
    height: int
    media_type: str
