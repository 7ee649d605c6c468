"""What a tag becomes where that can be known without the website's templates: a picture, a link, an address."""

import html
import re
from datetime import date
from pathlib import PurePosixPath

from newsletter.content.fields.pageaddress import page_address
from newsletter.content.items import Kind
from newsletter.content.rules import ContentRules
from newsletter.content.shortcodes.arguments import Arguments, arguments_of
from newsletter.content.shortcodes.finding import Tag, TagKind

_PICTURES = frozenset({"figure", "image", "img", "picture"})
_VIDEOS = {"youtube": "https://www.youtube.com/watch?v={}", "vimeo": "https://vimeo.com/{}"}
_PAGES = frozenset({"ref", "relref", "link", "get_url", "post_url"})
_INCLUDES = frozenset({"include", "include_relative", "include_cached", "render"})
#: The website's address under the names that Jekyll, Zola and Hugo have for it; Jekyll's baseurl is only a path.
_SITE_PATHS = frozenset({"site.baseurl"})
_SITE_URLS = frozenset({"site.url", "site.github.url", "config.base_url", ".site.baseurl", "$.site.baseurl"})
_VIDEO_ID = re.compile(r"[\w-]{5,20}")
_POST = re.compile(r"(?:.*/)?(\d{4})-(\d{1,2})-(\d{1,2})-([^/]+)")


def output_of(tag: Tag, rules: ContentRules, *, is_html: bool) -> str | None:
    """Return the text that stands for *tag*, or None: only the website can fill it in."""
    if tag.kind is TagKind.VALUE and tag.content[:1] in {'"', "'"}:
        return arguments_of(tag.content).first(position=0)
    if tag.kind is TagKind.VALUE and not tag.content.startswith("("):
        return _site_value(tag.name, rules)
    name, arguments = _call(tag)
    if name in _PICTURES:
        return _picture(arguments, is_html=is_html)
    if name in _VIDEOS:
        return _video(_VIDEOS[name], arguments, is_html=is_html)
    if name in _PAGES:
        return _page(name, arguments.first("path", position=0), rules)
    return None


def _call(tag: Tag) -> tuple[str, Arguments]:
    """Return the name of what *tag* calls, and with what; an included file counts by its name."""
    name, content = tag.name, tag.content
    if name in _INCLUDES:
        name, _, content = content.partition(" ")
    return PurePosixPath(name.strip("\"',").casefold()).stem, arguments_of(content)


def _site_value(name: str, rules: ContentRules) -> str | None:
    if name in _SITE_PATHS:
        return ""
    return rules.site_url.rstrip("/") if name in _SITE_URLS else None


def _picture(arguments: Arguments, *, is_html: bool) -> str | None:
    source = arguments.first("src", "url", "path", "image_path", "image", "file", position=0)
    if not source:
        return None
    caption = arguments.first("caption")
    alt = (
        arguments.first("alt", position=None if arguments.named else 1) or caption or arguments.first("title")
    )
    if is_html:
        return f'<img src="{html.escape(source)}" alt="{html.escape(alt)}">'
    # The title of a picture becomes its caption.
    title = "" if caption in {"", alt} else ' "' + _plain(caption).replace('"', '\\"') + '"'
    return f"![{_plain(alt)}]({_target(source)}{title})"


def _video(pattern: str, arguments: Arguments, *, is_html: bool) -> str | None:
    identifier = arguments.first("id", "video_id", "video", position=0)
    if not _VIDEO_ID.fullmatch(identifier):
        return None
    url = pattern.format(identifier)
    title = arguments.first("title", "alt", "label")
    if is_html:
        return f'<a href="{url}">{html.escape(title or url)}</a>'
    return f"[{_plain(title)}]({url})" if title else f"<{url}>"


def _page(name: str, target: str, rules: ContentRules) -> str | None:
    """Return a path that resolves to the page of *target*: a content file's own path, or the page's on the website."""
    if name == "post_url":
        return _post(target, rules)
    path, mark, fragment = target.partition("#")
    if not path or path.startswith(("http:", "https:")):
        return target or None
    if "/" in path and not path.startswith(("/", "./", "../", "@/")):
        path = f"/{path}"
    if not PurePosixPath(path).suffix and not path.endswith("/"):
        path = f"{path}/"
    return path + mark + fragment


def _post(target: str, rules: ContentRules) -> str | None:
    found = _POST.fullmatch(target)
    if found is None:
        return None
    year, month, day, slug = found.groups()
    try:
        published = date(int(year), int(month), int(day))
    except ValueError:
        return None
    slug = slug.removesuffix(".md").removesuffix(".markdown")
    pattern = rules.links.get(Kind.NEWS.value) or "/{year}/{month}/{day}/{slug}.html"  # Jekyll's default
    return page_address(pattern, slug=slug, day=published, kind=Kind.NEWS)


def _plain(text: str) -> str:
    """Return *text* for the brackets of a link."""
    return re.sub(r"([\[\]\\*_`<])", r"\\\1", " ".join(text.split()))


def _target(address: str) -> str:
    address = re.sub(r"[<>\n]", "", address)
    return f"<{address}>" if re.search(r"[\s()]", address) else address
