"""Pictures as readers get them."""

import io
import os
from pathlib import Path

import pytest
from PIL import ExifTags, ImageCms
from PIL import Image as Pillow

from newsletter.content.images.focus import CENTRE, Focus, read_focus
from newsletter.content.images.preparing import Image, ImageRequest, prepare_images
from newsletter.errors import ContentError, NewsletterError, Problem

RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 160, 30), (30, 30, 220), (255, 255, 255)


@pytest.fixture
def content(tmp_path: Path) -> Path:
    folder = tmp_path / "content"
    folder.mkdir()
    return folder


@pytest.fixture
def media(tmp_path: Path) -> Path:
    return tmp_path / "var" / "media"


def prepare_image(
    source: Path,
    *,
    within: Path,
    shown_width: int,
    media: Path,
    crop: tuple[int, int] | None = None,
    focus: Focus = CENTRE,
) -> Image:
    """One picture, or the error that it is."""
    request = ImageRequest(source=source, width=shown_width, crop=crop, focus=focus)
    (prepared,) = prepare_images((request,), within=within, media=media)
    if isinstance(prepared, Problem):
        raise ContentError((prepared,))
    return prepared


def photo(width: int, height: int) -> Pillow.Image:
    """A picture with too many colours for a drawing."""
    noise = [Pillow.effect_noise((width, height), spread) for spread in (60, 70, 80)]
    return Pillow.merge("RGB", noise)


def opened(media: Path, image: Image) -> Pillow.Image:
    with Pillow.open(media / image.name) as file:
        file.load()
        return file


def is_near(pixel: object, colour: tuple[int, ...]) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(have - want) <= 12 for have, want in zip(pixel, colour, strict=True))


def test_the_file_has_twice_the_width_that_is_shown(content: Path, media: Path) -> None:
    photo(1500, 1000).save(content / "boat.jpg")

    image = prepare_image(content / "boat.jpg", within=content, shown_width=600, media=media)

    assert (image.width, image.height, image.media_type) == (600, 400, "image/jpeg")
    assert opened(media, image).size == (1200, 800)
    assert image.file_width == 1200


def test_a_picture_is_never_enlarged(content: Path, media: Path) -> None:
    photo(300, 200).save(content / "small.jpg")

    whole = prepare_image(content / "small.jpg", within=content, shown_width=600, media=media)
    cropped = prepare_image(
        content / "small.jpg", within=content, shown_width=600, media=media, crop=(600, 338)
    )

    assert (whole.width, whole.height, whole.file_width) == (300, 200, 300)
    assert (cropped.width, cropped.height, cropped.file_width) == (600, 338, 300)
    assert opened(media, cropped).size == (300, 169)


@pytest.mark.parametrize(
    ("focus", "colour"), [(Focus(), GREEN), (Focus(x=0.0), RED), (Focus(x=1.0), BLUE), (Focus(x=0.2), RED)]
)
def test_the_middle_stays_when_a_picture_is_cropped_unless_told_otherwise(
    content: Path, media: Path, focus: Focus, colour: tuple[int, ...]
) -> None:
    stripes = Pillow.new("RGB", (900, 300), GREEN)
    stripes.paste(RED, (0, 0, 300, 300))
    stripes.paste(BLUE, (600, 0, 900, 300))
    stripes.save(content / "stripes.png")

    image = prepare_image(
        content / "stripes.png", within=content, shown_width=150, media=media, crop=(1, 1), focus=focus
    )

    shown = opened(media, image)
    assert shown.size == (300, 300)
    assert is_near(shown.convert("RGB").getpixel((150, 150)), colour)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_is_turned_upright(content: Path, media: Path, orientation: int) -> None:
    upright = Pillow.new("RGB", (400, 200), WHITE)
    upright.paste(RED, (0, 0, 100, 100))
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    lying = upright.transpose(Pillow.Transpose(undo[orientation])) if orientation > 1 else upright
    exif = Pillow.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    lying.save(content / "camera.jpg", exif=exif, quality=95)

    image = prepare_image(content / "camera.jpg", within=content, shown_width=100, media=media)

    shown = opened(media, image).convert("RGB")
    assert shown.size == (200, 100)
    assert is_near(shown.getpixel((20, 20)), RED)
    assert is_near(shown.getpixel((180, 80)), WHITE)


@pytest.mark.parametrize("name", ["camera.jpg", "camera.png", "camera.webp"])
def test_w_37_nothing_but_the_picture_is_kept(content: Path, media: Path, name: str) -> None:
    exif = Pillow.Exif()
    exif[ExifTags.Base.Make] = "CAMERA-MAKER"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "N"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    photo(400, 300).save(
        content / name, exif=exif, icc_profile=profile, comment=b"SECRET-COMMENT", dpi=(300, 300)
    )
    with (content / name).open("ab") as file:
        file.write(b"PK\x03\x04<script>SECRET-TAIL</script>")

    image = prepare_image(content / name, within=content, shown_width=200, media=media)

    data = (media / image.name).read_bytes()
    shown = opened(media, image)
    assert not dict(shown.getexif())
    assert not shown.info.keys() & {"exif", "icc_profile", "comment", "xmp", "dpi"}
    assert not any(word in data for word in (b"CAMERA-MAKER", b"Exif", b"SECRET", b"<script>"))


def test_a_picture_in_printers_colours_is_turned_into_those_of_screens(content: Path, media: Path) -> None:
    Pillow.new("CMYK", (80, 60), (255, 0, 255, 0)).save(content / "cmyk.jpg", quality=95)

    image = prepare_image(content / "cmyk.jpg", within=content, shown_width=80, media=media)

    shown = opened(media, image).convert("RGB")
    assert is_near(shown.getpixel((40, 30)), (0, 255, 0))


def test_a_grey_picture_of_16_bits_keeps_its_greys(content: Path, media: Path) -> None:
    Pillow.new("I;16", (80, 60), 128 * 256).save(content / "grey.png")

    image = prepare_image(content / "grey.png", within=content, shown_width=80, media=media)

    assert is_near(opened(media, image).convert("RGB").getpixel((40, 30)), (128, 128, 128))


@pytest.mark.parametrize("name", ["logo.png", "logo.webp", "logo.gif"])
def test_what_can_be_seen_through_stays_so(content: Path, media: Path, name: str) -> None:
    logo = Pillow.new("RGBA", (80, 60), (255, 0, 0, 255))
    logo.paste((0, 0, 0, 0), (0, 0, 40, 60))
    logo.save(content / name, lossless=True)

    image = prepare_image(content / name, within=content, shown_width=80, media=media)

    shown = opened(media, image)
    assert (image.media_type, shown.mode) == ("image/png", "RGBA")
    assert shown.getchannel("A").getpixel((10, 30)) == 0
    assert is_near(shown.getpixel((70, 30)), (255, 0, 0, 255))


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("photo.png", "image/jpeg"),
        ("photo.webp", "image/jpeg"),
        ("drawing.gif", "image/png"),
        ("opaque.png", "image/png"),
    ],
)
def test_photographs_become_jpeg_and_drawings_png(
    content: Path, media: Path, name: str, media_type: str
) -> None:
    drawing = Pillow.new("RGBA" if name == "opaque.png" else "RGB", (400, 300), BLUE)
    picture = photo(400, 300) if name.startswith("photo") else drawing
    picture.save(content / name)

    image = prepare_image(content / name, within=content, shown_width=200, media=media)

    assert image.media_type == media_type
    assert opened(media, image).format == media_type.partition("/")[2].upper()
    assert opened(media, image).mode == "RGB"


def test_an_animation_shows_its_first_frame(content: Path, media: Path) -> None:
    frames = [Pillow.new("RGB", (80, 60), colour) for colour in (RED, GREEN, BLUE)]
    frames[0].save(content / "moving.gif", save_all=True, append_images=frames[1:])

    image = prepare_image(content / "moving.gif", within=content, shown_width=80, media=media)

    shown = opened(media, image)
    assert getattr(shown, "n_frames", 1) == 1
    assert is_near(shown.convert("RGB").getpixel((40, 30)), RED)


def test_content_decides_and_not_the_name_of_the_file(content: Path, media: Path) -> None:
    photo(200, 100).save(content / "really.png", format="PNG")
    (content / "really.png").rename(content / "wrongly.jpg")

    image = prepare_image(content / "wrongly.jpg", within=content, shown_width=100, media=media)

    assert opened(media, image).size == (200, 100)


def test_the_same_picture_has_the_same_name_wherever_it_lies(
    content: Path, media: Path, tmp_path: Path
) -> None:
    photo(300, 200).save(content / "one.jpg")
    (content / "two.jpg").write_bytes((content / "one.jpg").read_bytes())

    one = prepare_image(content / "one.jpg", within=content, shown_width=100, media=media)
    two = prepare_image(content / "two.jpg", within=content, shown_width=100, media=tmp_path / "elsewhere")

    assert one == two
    assert (media / one.name).read_bytes() == (tmp_path / "elsewhere" / two.name).read_bytes()


def test_another_size_or_focus_is_another_file(content: Path, media: Path) -> None:
    photo(900, 300).save(content / "boat.jpg")
    source = content / "boat.jpg"
    requests = [
        ImageRequest(source=source, width=100),
        ImageRequest(source=source, width=200),
        ImageRequest(source=source, width=100, crop=(1, 1)),
        ImageRequest(source=source, width=100, crop=(1, 1), focus=Focus(x=0.1)),
    ]

    images = prepare_images(requests, within=content, media=media)

    assert len({image.name for image in images if isinstance(image, Image)}) == 4


def test_a_picture_that_was_made_before_is_not_made_again(content: Path, media: Path) -> None:
    photo(300, 200).save(content / "boat.jpg")
    first = prepare_image(content / "boat.jpg", within=content, shown_width=100, media=media)
    os.utime(media / first.name, (1, 1))

    again = prepare_image(content / "boat.jpg", within=content, shown_width=100, media=media)

    assert again == first
    assert (media / first.name).stat().st_mtime == 1


def test_a_damaged_file_in_the_media_folder_is_made_again(content: Path, media: Path) -> None:
    photo(300, 200).save(content / "boat.jpg")
    first = prepare_image(content / "boat.jpg", within=content, shown_width=100, media=media)
    (media / first.name).write_bytes(b"")

    again = prepare_image(content / "boat.jpg", within=content, shown_width=100, media=media)

    assert again == first
    assert opened(media, again).size == (200, 133)


def test_nothing_unfinished_is_left_in_the_media_folder(content: Path, media: Path) -> None:
    photo(300, 200).save(content / "boat.jpg")

    image = prepare_image(content / "boat.jpg", within=content, shown_width=100, media=media)

    assert [file.name for file in media.iterdir()] == [image.name]


def test_a_media_folder_that_cannot_be_written_is_said(content: Path, tmp_path: Path) -> None:
    photo(300, 200).save(content / "boat.jpg")
    (tmp_path / "media").write_text("a file in the way")

    with pytest.raises(NewsletterError, match="cannot be written"):
        prepare_image(content / "boat.jpg", within=content, shown_width=100, media=tmp_path / "media")


def test_one_bad_picture_does_not_spoil_the_others(content: Path, media: Path) -> None:
    photo(300, 200).save(content / "good.jpg")
    (content / "bad.jpg").write_bytes(b"not a picture")
    requests = [ImageRequest(source=content / name, width=100) for name in ("bad.jpg", "good.jpg")]

    bad, good = prepare_images(requests, within=content, media=media)

    assert isinstance(bad, Problem)
    assert bad.message == "The image bad.jpg is not a PNG, JPEG, GIF or WebP picture."
    assert isinstance(good, Image)


def test_a_single_bad_picture_is_an_error(content: Path, media: Path) -> None:
    with pytest.raises(ContentError, match=r"nowhere\.jpg is not there") as error:
        prepare_image(content / "nowhere.jpg", within=content, shown_width=100, media=media)

    assert [problem.rule for problem in error.value.problems] == ["image-missing"]


@pytest.mark.parametrize(
    ("text", "focus"),
    [
        ("top", Focus(y=0.0)),
        ("Bottom Left", Focus(x=0.0, y=1.0)),
        ("center", Focus()),
        ("30% 20%", Focus(x=0.3, y=0.2)),
        ("30, 120", Focus(x=0.3, y=1.0)),
        ("somewhere", None),
        ("", None),
        ("1 2 3", None),
    ],
)
def test_a_focus_is_read_as_people_write_it(text: str, focus: Focus | None) -> None:
    assert read_focus(text) == focus


def test_a_picture_with_a_profile_is_turned_into_srgb(content: Path, media: Path) -> None:
    swapped = io.BytesIO(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile = _with_red_and_green_swapped(swapped.getvalue())
    Pillow.new("RGB", (80, 60), RED).save(content / "odd.png", icc_profile=profile)

    image = prepare_image(content / "odd.png", within=content, shown_width=80, media=media)

    assert is_near(opened(media, image).convert("RGB").getpixel((40, 30)), (RED[1], RED[0], RED[2]))


def _with_red_and_green_swapped(profile: bytes) -> bytes:
    """Return an ICC *profile* whose first two primaries have changed places: what is red in numbers is green."""
    tags = int.from_bytes(profile[128:132])
    entries = [profile[132 + 12 * n : 144 + 12 * n] for n in range(tags)]
    swap = {b"rXYZ": b"gXYZ", b"gXYZ": b"rXYZ"}
    renamed = b"".join(swap.get(entry[:4], entry[:4]) + entry[4:] for entry in entries)
    return profile[:132] + renamed + profile[132 + 12 * tags :]
