"""Links in content, as they must stand in a mail: whole addresses, encoded once, of a kind that mail programs open."""

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain
from urllib.parse import unquote, urljoin, urlsplit

from newsletter.content.addresses.urls import SCHEME, UrlError, encoded_url, mail_url, phone_url
from newsletter.content.images.places import picture_places

_CONTROL = re.compile("[\x00-\x1f\x7f]")
#: Placeholders of template engines and providers. A link is never a template: it would be filled, or break, on its way.
_PLACEHOLDER = re.compile(r"\{\{|\{%|%recipient\.|\*\||<%")
_CONTENT_SUFFIXES = (".md", ".markdown")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkBase:
    """What the links and pictures of one file are resolved against."""

    #: The website. "": relative links cannot be resolved, unless the file has a page.
    site_url: str = ""
    #: The page of the file on the website.
    page_url: str | None = None
    #: The file, and the content folder, relative to the project folder.
    path: str = ""
    folder: str = "content"
    #: Page of each content file by its path relative to the project folder (None: it has none); None: nobody can say.
    pages: Mapping[str, str | None] | None = None
    #: Whether a path relative to the project folder is a file; None: nobody can say, and pictures lie beside the file.
    is_file: Callable[[str], bool] | None = None

    @property
    def site(self) -> str:
        """Where `/path` begins."""
        return self.site_url or self.page_url or ""

    @property
    def page(self) -> str:
        """What `path` is relative to: the file's page if it is on the website, else the website."""
        if self.page_url and urlsplit(self.page_url).netloc == urlsplit(self.site).netloc:
            return self.page_url
        return self.site_url if self.site_url.endswith("/") else f"{self.site_url}/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why an address cannot be used, and what to do; the words around it stay."""

    rule: str
    message: str
    help: str


def resolve_link(href: str, base: LinkBase) -> str | Refusal | None:
    """Return the whole address that *href* means, or why there is none.

    None: nothing is wrong, but there is nothing to link to in a mail, such as a place further down a file that has no page.
    """
    link = _CONTROL.sub("", href).strip()
    if _PLACEHOLDER.search(link):
        return Refusal(
            rule="placeholder-in-link",
            message=f"The link “{_shortened(link)}” holds a placeholder, which nobody fills in content.",
            help="Write the address itself.",
        )
    try:
        return _resolved(link, base)
    except (UrlError, ValueError) as error:
        reason = str(error) if isinstance(error, UrlError) else "it is not a web address"
        return Refusal(
            rule="refused-link",
            message=f"The link “{_shortened(link)}” was left out: {reason}.",
            help="Write an address that begins with https://, http://, mailto: or tel:.",
        )


def web_address(text: str, site_url: str) -> str | Refusal:
    """Return the page on the web that *text* means in a field of front matter; a path is one of *site_url*.

    It is what `resolve_link` makes of it, where that is http(s). Relative to *site_url* as to a folder: `a/b` and `/c` of
    `https://example.org/blog` are `https://example.org/blog/a/b` and `https://example.org/c` (RFC 3986, section 5).
    """
    address = resolve_link(text, LinkBase(site_url=site_url))
    if isinstance(address, Refusal) or (address and _is_on_the_web(address)):
        return address
    return Refusal(
        rule="refused-link",
        message=f"The link “{_shortened(text)}” was left out: it does not lead to a web page.",
        help="Write an https:// address, or a path on your website.",
    )


def resolve_picture(source: str, base: LinkBase) -> str | Refusal:
    """Return the path of a picture relative to the project folder, or its address on the web.

    Where it is looked for: see `picture_places`; what begins with / and is in none of these is on the website. Whether a
    file may be read is for `prepare_images` to say.
    """
    address = _CONTROL.sub("", source).strip().replace("\\", "/")
    places = picture_places(address, path=base.path, folder=base.folder)
    likeliest = next(places, None)
    if base.is_file and likeliest is not None:
        found = next(filter(base.is_file, chain((likeliest,), places)), None)
        if found is not None:
            return found
    if _is_on_the_web(address) or (address.startswith("/") and base.site):
        link = resolve_link(address, base)
        if link is not None:
            return link
    if likeliest is not None:
        return likeliest
    return Refusal(
        rule="refused-image",
        message=f"The image “{_shortened(address)}” was left out: it is neither a file of the content folder nor an address on the web.",
        help="Put the picture beside the file and write its name.",
    )


def _resolved(link: str, base: LinkBase) -> str | Refusal | None:
    scheme = SCHEME.match(link)
    match scheme[1].lower() if scheme else "":
        case "http" | "https":
            return encoded_url(link)
        case "mailto":
            return mail_url(link)
        case "tel":
            return phone_url(link)
        case "":
            return _relative(link.replace("\\", "/"), base)
        case other:
            raise UrlError(f"mail programs do not open “{other}:”")


def _relative(link: str, base: LinkBase) -> str | Refusal | None:
    if link.startswith("//") or link.lower().startswith("www."):
        return encoded_url(f"https://{link.lstrip('/')}")
    if not link or link.startswith("#"):
        return encoded_url(urljoin(base.page_url, link)) if link and base.page_url else None
    path, mark, fragment = link.partition("#")
    if path.startswith("@/") or path.lower().endswith(_CONTENT_SUFFIXES):
        return _page_of(path, mark + fragment, base)
    if not base.site:
        return Refusal(
            rule="relative-link",
            message=f"The link “{_shortened(link)}” is relative, and nothing says to what.",
            help="Set site_url in newsletter.toml, or write the whole address.",
        )
    return encoded_url(urljoin(base.site if link.startswith("/") else base.page, link))


def _page_of(path: str, fragment: str, base: LinkBase) -> str | Refusal:
    """Return the page of the content file at *path*: beside this file, from the content folder (`/`), or Zola's `@/`."""
    folder = base.folder if path.startswith(("/", "@/")) else posixpath.dirname(base.path)
    wanted = posixpath.normpath(posixpath.join(folder, unquote(path).removeprefix("@").lstrip("/")))
    if base.pages is None:
        return Refusal(
            rule="broken-internal-link",
            message=f"The link “{_shortened(path)}” leads to a content file, and its page is not known here.",
            help="Write the address of the page.",
        )
    page = base.pages.get(wanted)
    if page:
        return encoded_url(page + fragment)
    return Refusal(
        rule="broken-internal-link",
        message=f"The link “{_shortened(path)}” leads to {wanted}, which "
        + ("has no page on the website." if wanted in base.pages else "is not there."),
        help="Give that file a `link`, or write the address of its page."
        if wanted in base.pages
        else "Mend the path, or write the address of the page.",
    )


def _is_on_the_web(address: str) -> bool:
    return address.lower().startswith(("http:", "https:", "//"))


def _shortened(link: str) -> str:
    return link if len(link) <= 80 else f"{link[:79]}…"
