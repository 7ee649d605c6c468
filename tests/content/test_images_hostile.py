"""Files that are no pictures, or want to harm: refused quickly, with what to do, and without harm."""

import io
import os
import struct
import sys
import time
import zlib
from pathlib import Path

import pytest
from PIL import Image as Pillow

from newsletter.content.images.preparing import ImageRequest, prepare_images
from newsletter.content.images.process import PictureProcess
from newsletter.content.images.worker import MEMORY_LIMIT_BYTES
from newsletter.errors import Level, Problem


def refusal(source: Path, folder: Path) -> Problem:
    (outcome,) = prepare_images(
        [ImageRequest(source=source, width=600)], within=folder, media=folder / "media"
    )
    assert isinstance(outcome, Problem)
    assert outcome.level is Level.ERROR
    assert outcome.help
    assert not (folder / "media").exists()
    return outcome


def png(width: int, height: int, rows: bytes = b"") -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def test_w_37_a_picture_of_two_and_a_half_thousand_million_pixels_is_not_decoded(tmp_path: Path) -> None:
    (tmp_path / "bomb.png").write_bytes(png(50_000, 50_000, b"\0" * 1_000_000))
    begin = time.monotonic()

    problem = refusal(tmp_path / "bomb.png", tmp_path)

    assert problem.rule == "image-too-large"
    assert "50,000 × 50,000 pixels" in problem.message
    assert time.monotonic() - begin < 2


def test_w_37_an_endless_animation_is_refused(tmp_path: Path) -> None:
    frames = [Pillow.new("P", (20, 20), number) for number in range(70)]
    for number, frame in enumerate(frames):
        frame.putpixel((number % 20, 0), 200)
    frames[0].save(tmp_path / "bomb.gif", save_all=True, append_images=frames[1:])

    assert refusal(tmp_path / "bomb.gif", tmp_path).rule == "image-too-long"


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("name", ["boat.jpg", "boat.png", "boat.gif", "boat.webp"])
def test_half_a_file_is_refused(tmp_path: Path, name: str, part: float) -> None:
    Pillow.effect_noise((300, 200), 80).convert("RGB").save(tmp_path / name)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: int(len(whole) * part)])

    assert refusal(tmp_path / name, tmp_path).rule in {"image-damaged", "image-format"}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"just text",
        b"%PDF-1.7",
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"\xff\xd8\xff",
        b"RIFF\x00\x00\x00\x00WEBPVP8 ",
        b"II*\x00\x08\x00\x00\x00",
        b"BM" + b"\0" * 60,
    ],
)
def test_what_is_no_picture_for_mail_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "boat.png").write_bytes(data)

    assert refusal(tmp_path / "boat.png", tmp_path).rule in {"image-damaged", "image-format"}


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- " + b"x" * 2000 + b" --><svg/>",
    ],
)
def test_w_35_a_drawing_in_svg_is_refused_with_a_remedy(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "logo.png").write_bytes(data)

    problem = refusal(tmp_path / "logo.png", tmp_path)

    assert (problem.rule, problem.help) == ("image-format", "Save it as PNG.")


def test_w_37_more_than_ten_megabytes_are_not_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.png").open("wb") as file:
        file.truncate(20 * 2**30)

    assert refusal(tmp_path / "huge.png", tmp_path).rule == "image-too-large"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes")
def test_w_36_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")

    assert refusal(tmp_path / "pipe.png", tmp_path).rule == "image-missing"


@pytest.mark.parametrize("name", ["..", ".", "folder", "nowhere/x.png", "a\0b.png", "x" * 5000])
def test_what_is_no_file_is_refused(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "content"
    (folder / "folder").mkdir(parents=True)

    assert refusal(folder / name, folder).rule in {"image-missing", "image-outside"}


@pytest.mark.parametrize("target", ["/etc/passwd", "/dev/zero", "../outside.png"])
def test_w_36_a_link_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path, target: str) -> None:
    folder = tmp_path / "content"
    folder.mkdir()
    Pillow.new("RGB", (10, 10)).save(tmp_path / "outside.png")
    (folder / "link.png").symlink_to(target)

    assert refusal(folder / "link.png", folder).rule == "image-outside"


def test_w_36_a_path_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "content"
    folder.mkdir()
    Pillow.new("RGB", (10, 10)).save(tmp_path / "outside.png")

    assert refusal(folder / ".." / "outside.png", folder).rule == "image-outside"


def test_a_damaged_colour_profile_does_no_harm(tmp_path: Path) -> None:
    Pillow.new("RGB", (40, 30), (200, 10, 10)).save(tmp_path / "boat.png", icc_profile=b"no profile at all")

    (outcome,) = prepare_images(
        [ImageRequest(source=tmp_path / "boat.png", width=20)], within=tmp_path, media=tmp_path / "media"
    )

    assert not isinstance(outcome, Problem)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps the limit")
def test_w_37_a_picture_that_needs_too_much_memory_is_refused_and_the_next_one_is_made(
    tmp_path: Path,
) -> None:
    # WebP decoders hold the picture three times.
    Pillow.new("RGB", (8_000, 5_000)).save(tmp_path / "large.webp", quality=1, method=0)
    Pillow.new("RGB", (40, 30)).save(tmp_path / "small.png")
    requests = [ImageRequest(source=tmp_path / name, width=20) for name in ("large.webp", "small.png")]

    large, small = prepare_images(requests, within=tmp_path, media=tmp_path / "media")

    assert isinstance(large, Problem)
    assert large.rule == "image-too-large"
    assert f"{MEMORY_LIMIT_BYTES >> 20} MB" in large.message
    assert not isinstance(small, Problem)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such clock")
def test_w_37_a_picture_that_takes_too_long_is_given_up_and_the_next_one_is_made(tmp_path: Path) -> None:
    slow, quick = _many_scans(), png(1, 1, b"\0\xff\0\0")

    with PictureProcess() as process:
        given_up = process.convert(slow, width=20, ratio=None, focus=(0.5, 0.5), name="slow.jpg")
        made = process.convert(quick, width=20, ratio=None, focus=(0.5, 0.5), name="quick.png")

    assert isinstance(given_up, Problem)
    assert given_up.rule == "image-too-slow"
    assert not isinstance(made, Problem)


def _many_scans() -> bytes:
    """Return a small progressive JPEG of 30 million pixels whose last scan is there a thousand times."""
    file = io.BytesIO()
    Pillow.new("L", (6_000, 5_000)).save(file, "JPEG", progressive=True)
    data = file.getvalue()
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * 1000 + data[-2:]
