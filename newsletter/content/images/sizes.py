"""The size of a picture that this program wrote, from its first bytes: no decoder is needed, or loaded."""

import struct

#: Bytes at the start of a file that hold its size: our files have no metadata in front of it.
HEAD = 4096
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8"
#: Frame headers (ITU-T T.81, table B.1): C0-CF but for the tables among them.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def size_of(head: bytes) -> tuple[int, int] | None:
    """Return width and height in pixels of the PNG or JPEG that begins with *head*, or None if it is damaged."""
    if head.startswith(_PNG) and len(head) >= 24:
        width, height = struct.unpack_from(">II", head, 16)
        return width, height
    return _jpeg_size(head) if head.startswith(_JPEG) else None


def _jpeg_size(head: bytes) -> tuple[int, int] | None:
    place = len(_JPEG)
    while place + 9 <= len(head) and head[place] == 0xFF:
        marker, length = head[place + 1], int.from_bytes(head[place + 2 : place + 4])
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", head, place + 5)
            return width, height
        place += 2 + length
    return None
