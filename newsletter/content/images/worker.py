"""The process that decodes pictures: bytes in, bytes out, no files, little time, little memory.

Picture decoders are where hostile files strike, so they run apart from everything that matters. Started by
`PictureProcess` as a script of its own, it answers one request after another: a line of JSON and the picture's bytes.
"""

import json
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 40_000_000
MAX_FRAMES = 60
#: Processor seconds for one picture. A 40-megapixel PNG, the slowest allowed, takes about one.
CPU_LIMIT_S = 2.0
MEMORY_LIMIT_BYTES = 512 * 2**20
JPEG_QUALITY = 82
#: With more than these, PNG would be larger than JPEG anyway, and slow to find out.
_COLOURS_OF_A_DRAWING = 2**14

_SMALLER = "Save it smaller, 2,000 pixels wide for example."
_ORIENTATION = 0x0112
#: EXIF orientations that lay the picture on its side.
_SIDEWAYS = frozenset({5, 6, 7, 8})


class UnfitPictureError(Exception):
    """A picture cannot be used."""

    def __init__(self, rule: str, message: str, help: str) -> None:
        super().__init__(message)
        self.answer = _refusal(rule, message, help)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What the file must become."""

    #: Pixels the file has at the most.
    width: int
    #: Width and height of which only the ratio counts; None: the picture's own.
    ratio: tuple[int, int] | None
    #: The point, in parts of width and height, that stays in the middle as far as possible when edges are cut off.
    focus: tuple[float, float]


def convert(data: bytes, recipe: Recipe) -> tuple[str, bytes]:
    """Return the extension and the bytes of the picture in *data*, made as *recipe* says.

    Raises `UnfitPictureError`; and whatever a decoder raises.
    """
    from PIL import Image, ImageOps

    with Image.open(BytesIO(data), formats=("PNG", "JPEG", "GIF", "WEBP")) as source:
        _check(source)
        size, box = _plan(source, recipe)
        scaled = ImageOps.exif_transpose(_scaled(source, size))
        return _encoded(_in_srgb(scaled).crop(box))


def _check(source: "Image") -> None:
    width, height = source.size
    if width * height > MAX_PIXELS:
        raise UnfitPictureError(
            "image-too-large",
            f"has {width:,} × {height:,} pixels; at most {MAX_PIXELS // 10**6} million are read.",
            _SMALLER,
        )
    if getattr(source, "n_frames", 1) > MAX_FRAMES:
        raise UnfitPictureError(
            "image-too-long",
            f"is an animation of more than {MAX_FRAMES} frames.",
            "Save one frame as PNG or JPEG: the mail shows only the first.",
        )


def _plan(source: "Image", recipe: Recipe) -> tuple[tuple[int, int], tuple[int, int, int, int]]:
    """Return the size of the whole picture as it lies in the file, and the box of it that is shown, turned upright."""
    is_sideways = source.getexif().get(_ORIENTATION) in _SIDEWAYS
    width, height = reversed(source.size) if is_sideways else source.size
    part_width, part_height = width, height
    if recipe.ratio:
        across, down = recipe.ratio
        part_width = min(width, max(1, round(height * across / down)))
        part_height = min(height, max(1, round(width * down / across)))
    scale = min(1.0, recipe.width / part_width)
    whole = max(1, round(width * scale)), max(1, round(height * scale))
    shown = (
        min(whole[0], max(1, round(part_width * scale))),
        min(whole[1], max(1, round(part_height * scale))),
    )
    left, top = (
        min(max(0, round(point * outer - inner / 2)), outer - inner)
        for point, outer, inner in zip(recipe.focus, whole, shown, strict=True)
    )
    size = (whole[1], whole[0]) if is_sideways else whole
    return size, (left, top, left + shown[0], top + shown[1])


def _scaled(source: "Image", size: tuple[int, int]) -> "Image":
    """Return the first frame of *source* in *size*, with as little memory as the format allows."""
    from PIL import Image

    # JPEG can be decoded at 1/2, 1/4 or 1/8 of its size at a fraction of the cost; other formats ignore this.
    source.draft(None, size)
    source.load()
    picture = _in_full_colour(source)
    factor = min(picture.width // size[0], picture.height // size[1]) // 2
    if factor > 1:
        picture = picture.reduce(factor)
    return picture.resize(size, Image.Resampling.LANCZOS)


def _in_full_colour(picture: "Image") -> "Image":
    if picture.mode in {"RGB", "RGBA", "CMYK", "L"} and "transparency" not in picture.info:
        return picture
    if picture.mode.startswith("I") or picture.mode == "F":
        # 16 bits a pixel: `convert` alone would make everything above 255 white.
        return picture.convert("I").point(lambda value: value / 256).convert("L")
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _in_srgb(picture: "Image") -> "Image":
    """Return *picture* in the colours that every screen assumes of a file without a profile."""
    from PIL import ImageCms

    profile = picture.info.get("icc_profile")
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    if profile:
        # A damaged profile, or one for another kind of picture: the colours as they are come nearest.
        with suppress(ImageCms.PyCMSError, OSError):
            srgb = ImageCms.createProfile("sRGB")
            turned = ImageCms.profileToProfile(picture, BytesIO(profile), srgb, outputMode=mode)
            return turned if turned is not None else picture
    return picture.convert(mode)


def _encoded(picture: "Image") -> tuple[str, bytes]:
    """Return *picture* as PNG where it is see-through or a drawing, else as JPEG; nothing but pixels is written."""
    # Otherwise Pillow copies comments, resolution and profile from here into the file.
    picture.info = {}
    if picture.mode == "RGBA" and picture.getchannel("A").getextrema() != (255, 255):
        return "png", _saved(picture, format="PNG", optimize=True)
    picture = picture.convert("RGB")
    photo = _saved(picture, format="JPEG", quality=JPEG_QUALITY, progressive=True, optimize=True)
    if picture.getcolors(_COLOURS_OF_A_DRAWING) is None:
        return "jpg", photo
    drawing = _saved(picture, format="PNG", optimize=True)
    return ("png", drawing) if len(drawing) <= len(photo) else ("jpg", photo)


def _saved(picture: "Image", **options: Any) -> bytes:
    file = BytesIO()
    picture.save(file, **options)
    return file.getvalue()


def answer(data: bytes, recipe: Recipe) -> tuple[dict[str, str], bytes]:
    """Return what is said about *data*, and the bytes that were made of it."""
    from PIL import UnidentifiedImageError

    try:
        extension, made = convert(data, recipe)
    except UnfitPictureError as error:
        return error.answer, b""
    except UnidentifiedImageError:
        remedy = "Save it as PNG (drawings) or JPEG (photographs)."
        return _refusal("image-format", "is not a PNG, JPEG, GIF or WebP picture.", remedy), b""
    except MemoryError:
        message = f"needs more than {MEMORY_LIMIT_BYTES >> 20} MB of memory to decode."
        return _refusal("image-too-large", message, _SMALLER), b""
    except Exception as error:  # decoders raise whatever they like for damaged files
        return _refusal("image-damaged", f"is damaged ({error}).", "Save or copy it again."), b""
    return {"extension": extension}, made


def _refusal(rule: str, message: str, help: str) -> dict[str, str]:
    return {"rule": rule, "message": message, "help": help}


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer every request on *requests* until it ends."""
    while line := requests.readline():
        request = json.loads(line)
        data = requests.read(request.pop("length"))
        with _cpu_limit():
            said, made = answer(data, Recipe(**request))
        answers.write(json.dumps({**said, "length": len(made)}).encode() + b"\n" + made)
        answers.flush()


@contextmanager
def _cpu_limit() -> Iterator[None]:
    """End this process when a picture takes too long. Windows has no such clock: `PictureProcess` looks at its own."""
    if sys.platform == "win32":
        yield
        return
    import signal

    # Nobody handles the signal, so it also ends a decoder that is deep in C.
    signal.setitimer(signal.ITIMER_PROF, CPU_LIMIT_S)
    yield
    signal.setitimer(signal.ITIMER_PROF, 0)


def _limit_memory() -> None:
    with suppress(ImportError, ValueError, OSError):  # Windows; macOS refuses the limit
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))


def main() -> None:
    """Serve the process that started this one."""
    _limit_memory()
    warnings.simplefilter("ignore")
    from PIL import GifImagePlugin, Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin  # noqa: F401 - registers

    # The limit is ours, and is checked before anything is decoded.
    Image.MAX_IMAGE_PIXELS = None
    serve(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
