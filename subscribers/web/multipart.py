"""Forms as `multipart/form-data` (RFC 7578), out of bodies that are small and already here."""

from collections.abc import Mapping, Sequence

MAX_HEADER_BYTES = 1024
MAX_HEADERS = 4


def read_multipart(body: bytes, content_type: bytes) -> Mapping[str, Sequence[str]]:
    """Return the texts in *body*; files are left out. Raises ValueError where it does not keep to the form."""
    from python_multipart.exceptions import FormParserError
    from python_multipart.multipart import MultipartParser, parse_options_header

    _, options = parse_options_header(content_type)
    parts = _Parts()
    try:
        parser = MultipartParser(
            options.get(b"boundary", b""),
            {
                "on_part_begin": parts.begin,
                "on_header_field": parts.take_header_name,
                "on_header_value": parts.take_header_value,
                "on_header_end": parts.end_header,
                "on_part_data": parts.take_data,
                "on_part_end": parts.end,
            },
            max_header_count=MAX_HEADERS,
            max_header_size=MAX_HEADER_BYTES,
        )
        parser.write(body)
        parser.finalize()
    except FormParserError as error:
        raise ValueError("no multipart form") from error
    form: dict[str, list[str]] = {}
    for disposition, data in parts.found:
        kind, named = parse_options_header(disposition)
        if kind == b"form-data" and b"name" in named and b"filename" not in named:
            name = named[b"name"].decode("utf-8", "replace")
            form.setdefault(name, []).append(data.decode("utf-8", "replace"))
    return form


class _Parts:
    """Hears what the parser finds, and keeps each part's disposition and content."""

    def __init__(self) -> None:
        self.found: list[tuple[bytes, bytes]] = []
        self._name = self._value = self._disposition = self._data = b""

    def begin(self) -> None:
        self._disposition = self._data = b""

    def take_header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def take_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def end_header(self) -> None:
        if self._name.lower() == b"content-disposition":
            self._disposition = self._value
        self._name = self._value = b""

    def take_data(self, data: bytes, start: int, end: int) -> None:
        self._data += data[start:end]

    def end(self) -> None:
        self.found.append((self._disposition, self._data))
