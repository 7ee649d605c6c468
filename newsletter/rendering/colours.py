"""Contrast between two colours, and the nearest shade of a colour that can be read."""

import colorsys
from functools import lru_cache

#: WCAG 2.2, success criterion 1.4.3: text that is not large.
READABLE = 4.5


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours `#rrggbb`, from 1 (the same) to 21 (WCAG 2.2)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def lightened(colour: str, *, on: str) -> str:
    """Return *colour*, made lighter until it can be read *on* a dark ground."""
    return _shifted(colour, on=on, step=0.01)


def darkened(colour: str, *, on: str) -> str:
    """Return *colour*, made darker until it can be read *on* a light ground."""
    return _shifted(colour, on=on, step=-0.01)


@lru_cache(maxsize=16)
def _shifted(colour: str, *, on: str, step: float) -> str:
    hue, lightness, saturation = colorsys.rgb_to_hls(*_channels(colour))
    shade = colour
    while contrast(shade, on) < READABLE and 0 < lightness + step < 1:
        lightness += step
        shade = _spelled(colorsys.hls_to_rgb(hue, lightness, saturation))
    return shade


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red / 255, green / 255, blue / 255


def _spelled(channels: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(channel * 255):02X}" for channel in channels)


def _luminance(colour: str) -> float:
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in _channels(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
