"""Pictures of items, prepared and placed."""

from dataclasses import dataclass

from markupsafe import Markup

from newsletter.content.body.blocks import ImageBlock
from newsletter.content.items import Picture
from newsletter.rendering.look import Look
from newsletter.rendering.manuscript import Figure

LETTER_WIDTH = 600
#: Between the margins of the letter, in CSS pixels.
TEXT_WIDTH = 536
#: Beside a headline.
THUMBNAIL_WIDTH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """Writes prepared pictures into the media folder."""

    look: Look

    def of_lead(self, picture: Picture) -> Figure:
        """Return *picture* as wide as the letter."""
        return self._figure(picture.source, picture.alt, LETTER_WIDTH)

    def beside(self, picture: Picture) -> Figure:
        """Return *picture* to stand beside a headline."""
        return self._figure(picture.source, picture.alt, THUMBNAIL_WIDTH)

    def in_prose(self, block: ImageBlock) -> Figure:
        """Return a picture that stands between paragraphs."""
        caption = Markup(block.caption_html)  # noqa: S704  # it passed the sanitiser
        return self._figure(block.source, block.alt, TEXT_WIDTH, caption=caption, link=block.link or "")

    def _figure(
        self, source: str, alt: str | None, width: int, *, caption: str = "", link: str = ""
    ) -> Figure:
        from PIL import Image as P
        import hashlib
        from newsletter.content.images import Image

        alt = " ".join((alt or "").split())
        if source.startswith(("http://", "https://")):
            return Figure(
                src=source, alt=alt, width=width, height=None, image=None, caption=caption, link=link
            )
        w = width
        data = (self.look.root / source).read_bytes()
        name = hashlib.sha256(data + str(w).encode()).hexdigest()[:16] + ".jpg"
        h = round(w * 9 / 16)
        if not (self.look.media / name).exists():
            im = P.open(self.look.root / source).convert("RGB")
            self.look.media.mkdir(parents=True, exist_ok=True)
            im.resize((2 * w, 2 * h)).save(self.look.media / name, quality=80)
        image = Image(name=name, width=w, height=h, media_type="image/jpeg")
        return Figure(
            src=self.look.image_url(name), alt=alt, width=w, height=h, image=image, caption=caption, link=link
        )
