"""The tokens of the look: colours for light and dark paper derived from one accent, fonts, corners, logo."""

import re
from dataclasses import dataclass, replace

from newsletter.content.images.preparing import Image
from newsletter.errors import Level, Problem, SettingsError
from newsletter.rendering.colours import READABLE, contrast, darkened, lightened

#: What readers have; nothing is downloaded. Single quotes, because stacks stand in double-quoted attributes.
TEXT_FONTS = "-apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
#: Nothing that could end a declaration or an attribute.
_FONTS = re.compile(r"[A-Za-z0-9 ,'\-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """The colours of one scheme, each `#RRGGBB`."""

    #: Outside the letter.
    ground: str
    paper: str
    ink: str
    #: Kickers, captions, footer.
    soft: str
    rule: str
    #: Links, date blocks, the primary button.
    accent: str
    #: Text on the accent.
    on_accent: str


_LIGHT = Palette(
    ground="#F3F4F6",
    paper="#FFFFFF",
    ink="#14181F",
    soft="#4A5361",
    rule="#D9DEE5",
    accent="#0B5CAD",
    on_accent="#FFFFFF",
)
_DARK = Palette(
    ground="#0F1216",
    paper="#171B21",
    ink="#E8EBEF",
    soft="#AAB3C0",
    rule="#2C333D",
    accent="#0B5CAD",
    on_accent="#FFFFFF",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Logo:
    """The newsletter's sign, which stands in for its name in the masthead."""

    light: Image
    #: For dark paper; None: the same one.
    dark: Image | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Everything that may differ between two newsletters' looks; an accent that cannot be read is refused."""

    accent: str = "#0B5CAD"
    logo: Logo | None = None
    #: A stack for the text; empty: what readers' systems are set in.
    text_fonts: str = ""
    #: A stack for headlines; empty: the stack of the text.
    headline_fonts: str = ""
    #: Of buttons and date blocks, in CSS pixels.
    radius: int = 4

    def __post_init__(self) -> None:
        if not _COLOUR.fullmatch(self.accent):
            raise _refused(
                "accent", f"`{self.accent}` is not a colour.", "Write six hex digits, e.g. #0b5cad."
            )
        for key, stack in (("text_fonts", self.fonts), ("headline_fonts", self.fonts_for_headlines)):
            if not _FONTS.fullmatch(stack):
                raise _refused(
                    key,
                    f"`{stack}` is not a list of fonts.",
                    "Write names with commas between, e.g. Georgia, 'Times New Roman', serif.",
                )
        found = contrast(self.accent, _LIGHT.paper)
        if found < READABLE:
            raise _refused(
                "accent",
                f"`{self.accent}` has a contrast of {found:.1f} : 1 on white paper, links need {READABLE} : 1.",
                f"Write {darkened(self.accent, on=_LIGHT.paper).lower()}, the nearest shade that can be read.",
            )

    @property
    def images(self) -> tuple[Image, ...]:
        """The logos' files."""
        return tuple(image for image in (self.logo.light, self.logo.dark) if image) if self.logo else ()

    @property
    def fonts(self) -> str:
        """The stack of the text."""
        return self.text_fonts.replace('"', "'") or TEXT_FONTS

    @property
    def fonts_for_headlines(self) -> str:
        """The stack of headlines, with single quotes."""
        return self.headline_fonts.replace('"', "'") or self.fonts

    @property
    def light(self) -> Palette:
        """The colours on light paper."""
        return _with_accent(_LIGHT, self.accent)

    @property
    def dark(self) -> Palette:
        """The colours on dark paper: the accent is lightened until it can be read there."""
        return _with_accent(_DARK, lightened(self.accent, on=_DARK.paper))


def _with_accent(palette: Palette, accent: str) -> Palette:
    on_accent = max((_LIGHT.paper, _DARK.ground), key=lambda colour: contrast(colour, accent))
    return replace(palette, accent=accent, on_accent=on_accent)


def _refused(key: str, message: str, remedy: str) -> SettingsError:
    problem = Problem(
        level=Level.ERROR,
        rule=f"theme-{key.replace('_', '-')}",
        message=f"theme.{key}: {message}",
        path="newsletter.toml",
        help=remedy,
    )
    return SettingsError([problem])
