"""Pictures of items, prepared and placed."""

from dataclasses import dataclass

from newsletter.content.items import Picture
from newsletter.rendering.addresses import ascii_address
from newsletter.rendering.look import Look
from newsletter.rendering.manuscript import Figure

LETTER_WIDTH = 600
#: Beside a headline, in CSS pixels.
THUMBNAIL_WIDTH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """Writes prepared pictures into the media folder."""

    look: Look

    def of(self, picture: Picture, *, is_wide: bool) -> Figure:
        from PIL import Image as P
        import hashlib
        from newsletter.content.images import Image

        w = LETTER_WIDTH if is_wide else THUMBNAIL_WIDTH
        alt = " ".join((picture.alt or "").split())
        if picture.source.startswith(("http://", "https://")):
            return Figure(src=ascii_address(picture.source), alt=alt, width=w, height=None, image=None)
        data = (self.look.root / picture.source).read_bytes()
        name = hashlib.sha256(data + str(w).encode()).hexdigest()[:16] + ".jpg"
        im = P.open(self.look.root / picture.source).convert("RGB")
        h = round(w * 9 / 16)
        self.look.media.mkdir(parents=True, exist_ok=True)
        im.resize((2 * w, 2 * h)).save(self.look.media / name, quality=80)
        image = Image(name=name, width=w, height=h, media_type="image/jpeg")
        return Figure(src=self.look.image_url(name), alt=alt, width=w, height=h, image=image)
