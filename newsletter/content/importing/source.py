"""The bytes of a page as text: which encoding, and whether it is HTML; what is neither is refused with what to do."""

import codecs
import re
from dataclasses import dataclass

from newsletter.content.characters import clean_text
from newsletter.errors import NewsletterError

#: Bytes. A saved page of a news site has 200,000 to 2,000,000, most of them scripts.
MAX_BYTES = 10 * 1024 * 1024
#: Of HTML, and of text: a content file has at most 2 MiB.
MAX_TAGS = 100_000
MAX_CHARACTERS = 1_000_000

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHARSET = re.compile(rb"<meta[^<>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.-]{2,40})", re.IGNORECASE)
#: What Python calls encodings, and no page is written in; some take minutes.
_NO_CHARSETS = frozenset(
    {
        "idna",
        "punycode",
        "undefined",
        "unicode_escape",
        "unicode-escape",
        "raw_unicode_escape",
        "raw-unicode-escape",
    }
)
_HTML = re.compile(r"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)
#: A part of a page, as browsers copy it.
_FRAGMENT = re.compile(
    r"\s*<(?:article|main|section|div|p|h[1-6]|span|meta|table|ul|ol)(?:\s[^<>]*)?>", re.IGNORECASE
)
_COPY = "Open it, copy the text into a file page.txt, and import that."
#: How files begin that are no text → what they are, and what to do.
_FOREIGN = (
    (b"%PDF", "a PDF", _COPY),
    (b"PK\x03\x04", "a Word or OpenDocument file, or a ZIP archive", _COPY),
    (b"\xd0\xcf\x11\xe0", "an old Word file", _COPY),
    (b"{\\rtf", "an RTF file", _COPY),
    (b"\x89PNG", "a picture", "Put it beside a content file, and name it there: image: picture.png"),
    (b"\xff\xd8\xff", "a picture", "Put it beside a content file, and name it there: image: picture.jpg"),
    (b"GIF8", "a picture", "Put it beside a content file, and name it there: image: picture.gif"),
    (b"\x1f\x8b", "a compressed file", "Unpack it first."),
)
_MARKDOWN = (".md", ".markdown", ".mdown", ".mkd")
_FRONT_MATTER = re.compile(r"(---|\+\+\+)[ \t]*\n(?:.*\n){1,200}?\1[ \t]*\n")
_ARCHIVE = re.compile(rb"(?:^|\n)(?:MIME-Version|Content-Type:\s*multipart/related)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A page as text."""

    #: The file's name; "": standard input.
    name: str
    text: str
    is_html: bool
    #: The text is not sure: its encoding was guessed.
    is_guessed_encoding: bool = False


def read_source(data: bytes, name: str) -> Source:
    """Return *data*, the bytes of the file *name*, as text.

    Raises NewsletterError when there is no page in them.
    """
    shown = name or "standard input"
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise NewsletterError(f"{shown} is empty. Paste the page's text into it, or save the page as HTML.")
    if len(data) > MAX_BYTES:
        raise NewsletterError(
            f"{shown} has {len(data) / 1e6:,.0f} MB; a page has at most {MAX_BYTES // 1024 // 1024}. Copy its text into a file, and import that."
        )
    for start, what, remedy in _FOREIGN:
        if data.startswith(start):
            raise NewsletterError(f"{shown} is {what}, which is not read. {remedy}")
    text, is_guess = _decoded(data, shown)
    text = clean_text(text)
    if name.lower().endswith(_MARKDOWN) or _FRONT_MATTER.match(text):
        raise NewsletterError(
            f"{shown} is Markdown, which needs no import: put it into content/news or content/events, named 2026-11-03-title.md"
        )
    is_named_so = name.lower().endswith((".html", ".htm", ".xhtml")) and "<" in text
    is_html = is_named_so or bool(_HTML.search(text[:20_000]) or _FRAGMENT.match(text))
    if not text.lstrip().startswith("<") and _ARCHIVE.search(data[:2000]):
        raise NewsletterError(
            f"{shown} is a mail or a web archive (.mhtml), which is not read. Save the page as “HTML only”, or copy its text into a file."
        )
    _check_size(text, shown, is_html=is_html)
    return Source(name=name, text=text, is_html=is_html, is_guessed_encoding=is_guess)


def _check_size(text: str, shown: str, *, is_html: bool) -> None:
    """Raise NewsletterError for what is larger than any page: reading it would take minutes."""
    count, most, what = (
        (text.count("<"), MAX_TAGS, "tags") if is_html else (len(text), MAX_CHARACTERS, "characters")
    )
    if count > most:
        raise NewsletterError(
            f"{shown} has {count:,} {what}; a page has at most {most:,}. Copy what belongs together into a file, and import that."
        )


def _decoded(data: bytes, shown: str) -> tuple[str, bool]:
    """Return the text of *data*, and whether its encoding is a guess."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _strict(data, encoding, shown), False
    if encoding := _without_bom(data):
        return _strict(data, encoding, shown), False
    if b"\0" in data[:100_000]:
        raise NewsletterError(f"{shown} is not a text. {_COPY}")
    try:
        return data.decode("utf-8"), False
    except UnicodeDecodeError:
        pass
    declared = _CHARSET.search(data[:4096])
    if declared and (encoding := _usual(declared[1].decode("ascii"))) not in _NO_CHARSETS:
        try:
            return data.decode(encoding), False
        except (LookupError, UnicodeError):
            pass
    return data.decode("cp1252", errors="replace"), True


def _usual(encoding: str) -> str:
    # What pages call Latin-1 is read as Windows-1252 by browsers (WHATWG Encoding, section 4.2).
    folded = encoding.lower()
    return "cp1252" if folded in {"iso-8859-1", "latin1", "ascii", "us-ascii"} else folded


def _without_bom(data: bytes) -> str:
    """Return UTF-16 where every other byte is zero, as in Latin text."""
    head = data[:2000]
    half = len(head) // 2
    if half and head[1::2].count(0) > half * 0.6:
        return "utf-16-le"
    if half and head[0::2].count(0) > half * 0.6:
        return "utf-16-be"
    return ""


def _strict(data: bytes, encoding: str, shown: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise NewsletterError(
            f"{shown} cannot be read as {encoding}. Save it as UTF-8, and import that."
        ) from error
