"""Files that people name: texts in any encoding, and what is no page."""

import pytest

from newsletter.content.importing.source import MAX_BYTES, MAX_CHARACTERS, read_source
from newsletter.errors import NewsletterError

TEXT = "Réunion à Liège\n\nLes experts se sont réunis à Liège.\n"


@pytest.mark.parametrize(
    ("encoding", "is_guess"),
    [("utf-8", False), ("utf-8-sig", False), ("utf-16", False), ("utf-16-le", False), ("cp1252", True)],
)
def test_a_text_is_read_in_its_encoding(encoding: str, is_guess: bool) -> None:
    source = read_source(TEXT.encode(encoding), "page.txt")

    assert (source.text, source.is_html, source.is_guessed_encoding) == (TEXT, False, is_guess)


def test_a_page_is_read_as_it_says_itself() -> None:
    html = '<html><head><meta charset="iso-8859-1"></head><body><p>Réunion à Liège</p></body></html>'

    source = read_source(html.encode("latin-1"), "page.html")

    assert "Réunion à Liège" in source.text
    assert (source.is_html, source.is_guessed_encoding) == (True, False)


@pytest.mark.parametrize("charset", ["klingon", "undefined", "idna", "base64", "unicode_escape"])
def test_a_charset_that_no_page_is_written_in_is_not_believed(charset: str) -> None:
    html = f'<html><head><meta charset="{charset}"></head><body><p>Réunion à Liège</p></body></html>'

    source = read_source(html.encode("cp1252"), "page.html")

    assert "Réunion à Liège" in source.text
    assert source.is_guessed_encoding


@pytest.mark.parametrize(
    ("text", "is_html"),
    [
        ("<p>A part of a page, as copied.</p>", True),
        ("<!DOCTYPE html><title>x</title>", True),
        ("A text about <b> and <p>", False),
        ("1 < 2, and 3 > 2", False),
    ],
)
def test_html_is_told_from_text_whatever_the_file_is_called(text: str, is_html: bool) -> None:
    assert read_source(text.encode(), "page.txt").is_html is is_html


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "page.txt", "page.txt is empty"),
        (b" \n\t\n", "", "standard input is empty"),
        (b"%PDF-1.7\n", "a.pdf", "a.pdf is a PDF, which is not read. Open it, copy the text"),
        (b"PK\x03\x04rest", "a.docx", "a Word or OpenDocument file"),
        (b"\xd0\xcf\x11\xe0", "a.doc", "an old Word file"),
        (b"\x89PNG\r\n", "a.png", "is a picture"),
        (bytes(range(256)), "a.bin", "is not a text"),
        (b"\xff\xfea", "a.txt", "cannot be read as utf-16"),
        (b"x" * (MAX_BYTES + 1), "a.txt", "a page has at most 10"),
        (b"x" * (MAX_CHARACTERS + 1), "a.txt", "1,000,001 characters"),
        (b"<p>" + b"<b>" * 100_001, "a.html", "100,002 tags"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related\n\n<html>", "a.mhtml", "web archive"),
        (b"---\ntitle: x\n---\n\nText\n", "a.txt", "is Markdown, which needs no import"),
        (b"# Heading\n", "a.md", "is Markdown, which needs no import"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_page_is_refused_with_what_to_do(data: bytes, name: str, said: str) -> None:
    with pytest.raises(NewsletterError) as error:
        read_source(data, name)

    assert said in str(error.value)
