"""What a text must look like: a mailbox, a language, a colour. A form says why a text is none, and what to write."""

import posixpath
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from newsletter.nearest import did_you_mean
from newsletter.settings.mistakes import Advice

if TYPE_CHECKING:
    from email.headerregistry import Address

KINDS = ("news", "event")
#: Folders of the project that hold something else than content.
RESERVED_FOLDERS = ("var", "templates")

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
#: A mailbox as nearly everybody writes it, told without the parser: that takes longer to import than settings to read.
PLAIN_MAILBOX = re.compile(
    r"(?:[A-Za-z0-9 -]*(?P<open><))?\w+(?:[.+-]\w+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?(open)>)", re.ASCII
)
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Form:
    """Stands beside `str` in an annotation: the settings refuse a text of another form."""

    example: str
    #: What is wrong with a text; None: nothing.
    check: Callable[[str], Advice | None]


def shown(text: str) -> str:
    """Return *text* for a message, short."""
    return f"`{text}`" if len(text) <= 80 else f"`{text[:79]}…`"


def address_of(text: str) -> "Address | None":
    """Return the one mailbox that *text* (`Name <local@domain>` or bare) spells, or None."""
    from email.headerregistry import Address
    from email.utils import getaddresses

    found = getaddresses([text])
    if len(found) != 1 or _CONTROL.search(text):
        return None
    name, spec = found[0]
    if text.strip() != spec and not text.rstrip().endswith(f"<{spec}>"):
        return None  # read as a group (`https://…`), or with comments
    local, at, domain = spec.rpartition("@")
    if not (at and local and "." in domain) or re.search(r"[\s<>,;\"()]", spec) or not local.isascii():
        return None
    return Address(display_name=name, username=local, domain=domain)


def is_language(text: str) -> bool:
    """Whether *text* is a language tag such as `en` or `pt-BR`."""
    return _LANGUAGE.fullmatch(text) is not None


def one_of(what: str, known: Iterable[str]) -> Callable[[str], Advice | None]:
    """Return the check of a closed set of texts; *what* it is a set of."""
    names = tuple(known)
    return lambda text: (
        None
        if text in names
        else Advice(f"there is no {what} {shown(text)}.", did_you_mean(text.casefold(), names))
    )


def _one_line(text: str) -> Advice | None:
    if _CONTROL.search(text):
        return Advice("has a line break or control character.", "Keep it on one line.")
    return None if text.strip() else Advice("is empty.", "Write the name readers know you by.")


def _mailbox(text: str) -> Advice | None:
    if PLAIN_MAILBOX.fullmatch(text) or address_of(text):
        return None
    # An address with a password in it may have come here by mistake.
    what = "this" if "://" in text else shown(text)
    return Advice(f"{what} is not one mailbox.", "Write Name <local@example.org>.")


def _language(text: str) -> Advice | None:
    if is_language(text):
        return None
    return Advice(f"{shown(text)} is not a language tag.", "Write tags such as en, fr, pt-BR.")


def _colour(text: str) -> Advice | None:
    if _COLOUR.fullmatch(text):
        return None
    return Advice(f"{shown(text)} is not a colour.", "Write six hex digits, e.g. #0b5cad.")


def _domain_pattern(text: str) -> Advice | None:
    if all(label == "*" or _is_label(label) for label in text.split(".")) and re.search(
        r"[^*.]\.|\.[^*]", text
    ):
        return None
    # An address may have come here by mistake.
    what = "this" if "@" in text else shown(text)
    return Advice(
        f"{what} is no domain.", "Write police.example, or *.police.example for everything below it."
    )


def _is_label(text: str) -> bool:
    """Whether *text* is one part of a domain, in whatever letters (RFC 5891)."""
    if text.isascii():
        return _LABEL.fullmatch(text) is not None
    import idna

    try:
        return len(idna.encode(text, uts46=True).split(b".")) == 1
    except idna.IDNAError:
        return False


def _content_folder(text: str) -> Advice | None:
    path = posixpath.normpath(text)
    first = path.partition("/")[0]
    if first in {"", ".."} or re.search(r"[\\:]", text) or _CONTROL.search(text):
        return Advice(
            f"{shown(text)} is not a folder inside of the project.",
            'Write a path such as "content", with / between folders.',
        )
    if first == ".":
        return Advice(
            "the project folder itself cannot be it: var/ and templates/ stand there too.",
            'Put the content into a folder of its own and write its name, such as "content".',
        )
    if first.casefold() in RESERVED_FOLDERS:
        return Advice(
            f"{first}/ holds something else.", 'Write another folder of the project, such as "content".'
        )
    return None


Line = Annotated[str, Form("Network Newsletter", _one_line)]
Sender = Annotated[str, Form("Network <news@example.org>", _mailbox)]
Mailbox = Annotated[str, Form("editor@example.org", _mailbox)]
Language = Annotated[str, Form("en", _language)]
DomainPattern = Annotated[str, Form("*.police.example", _domain_pattern)]
Colour = Annotated[str, Form("#0b5cad", _colour)]
Kind = Annotated[str, Form("news", one_of("kind", KINDS))]
ContentFolder = Annotated[str, Form("content", _content_folder)]
