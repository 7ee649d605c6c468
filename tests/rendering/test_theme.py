"""The accent and what is derived from it."""

import colorsys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import SettingsError
from newsletter.rendering.colours import READABLE, contrast, darkened, lightened
from newsletter.rendering.theme import Palette, Theme
from tests.rendering.themes import EXAMPLES

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)


@given(colours)
def test_a_shade_can_always_be_found_that_can_be_read(colour: str) -> None:
    assert contrast(darkened(colour, on="#FFFFFF"), "#FFFFFF") >= READABLE
    assert contrast(lightened(colour, on="#171B21"), "#171B21") >= READABLE


@given(colours)
def test_an_accepted_accent_can_be_read_everywhere_and_a_refused_one_is_told_which_would_be(
    colour: str,
) -> None:
    try:
        theme = Theme(accent=colour)
    except SettingsError as error:
        suggestion = str(error).partition("Write ")[2][:7]
        theme = Theme(accent=suggestion)

    for palette in (theme.light, theme.dark):
        assert contrast(palette.accent, palette.paper) >= READABLE
        assert contrast(palette.on_accent, palette.accent) >= READABLE


def test_a_pale_accent_is_refused_with_a_shade_that_works() -> None:
    with pytest.raises(
        SettingsError, match=r"newsletter\.toml: theme\.accent: `#ffcc00` has a contrast of 1\.5 : 1"
    ):
        Theme(accent="#ffcc00")


@pytest.mark.parametrize("accent", ["blue", "#abc", "#0b5cad; color: red"])
def test_what_is_no_colour_is_refused(accent: str) -> None:
    with pytest.raises(SettingsError, match="is not a colour"):
        Theme(accent=accent)


def test_a_list_of_fonts_cannot_leave_its_declaration() -> None:
    with pytest.raises(SettingsError, match="is not a list of fonts"):
        Theme(headline_fonts="Georgia; background: url(https://example.org/)")


def test_double_quotes_around_fonts_become_single_ones_that_stand_in_attributes() -> None:
    assert Theme(headline_fonts='Georgia, "Times New Roman", serif').fonts_for_headlines == (
        "Georgia, 'Times New Roman', serif"
    )


@pytest.mark.parametrize("theme", [Theme(), *EXAMPLES.values()], ids=["built-in", *EXAMPLES])
def test_a_client_that_inverts_by_itself_leaves_it_readable(theme: Theme) -> None:
    for text, ground in pairs(theme.light):
        assert contrast(inverted(text), inverted(ground)) >= READABLE


def test_the_examples_are_there() -> None:
    assert list(EXAMPLES) == ["Ministry", "Gazette", "Forum"]


def pairs(palette: Palette) -> list[tuple[str, str]]:
    """Every text and what it stands on."""
    on_paper = (palette.ink, palette.soft, palette.accent)
    return [
        *((text, palette.paper) for text in on_paper),
        (palette.soft, palette.ground),
        (palette.on_accent, palette.accent),
    ]


def inverted(colour: str) -> str:
    """Light for dark, of the same hue."""
    hue, lightness, saturation = colorsys.rgb_to_hls(
        *(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    )
    channels = colorsys.hls_to_rgb(hue, 1 - lightness, saturation)
    return "#" + "".join(f"{round(channel * 255):02X}" for channel in channels)
