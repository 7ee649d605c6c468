"""The picture that front matter names."""

from newsletter.content.fields.reader import FieldReader, as_text
from newsletter.content.frontmatter.rawfields import Value
from newsletter.content.images.files import PictureReference

_SOURCES = ("image", "src", "url", "path", "file", "source")


def read_picture(reader: FieldReader) -> PictureReference | None:
    """Return the picture that the file names, or None."""
    found = reader.find("image")
    if found is None:
        return None
    source, alt = _source_and_alt(found.value)
    if not source:
        reader.wrong_type(found, "the path or address of a picture")
        return None
    own_alt = reader.every("image_alt")
    if own_alt:
        alt = as_text(own_alt[0].value)
    return PictureReference(source=source, alt=alt, line=found.line)


def _source_and_alt(value: Value) -> tuple[str, str | None]:
    if isinstance(value, list):
        return _source_and_alt(value[0]) if value else ("", None)
    if not isinstance(value, dict):
        return as_text(value) or "", None
    lowered = {name.casefold(): each for name, each in value.items()}
    source = next((text for name in _SOURCES if (text := as_text(lowered.get(name)))), "")
    return source, as_text(lowered.get("alt"))
