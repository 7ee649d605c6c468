"""Bodies of items and introductions, rendered once for all rules that look into them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from newsletter.checks.circumstances import Circumstances
from newsletter.checks.editorfile import EditorFile
from newsletter.checks.origin import Origin
from newsletter.content.addresses.links import LinkBase
from newsletter.content.body.markdown import Body, render_body
from newsletter.content.items import Collection, Item
from newsletter.issues.values import Issue
from newsletter.rendering.bodies import is_printed_whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A text of several paragraphs, and where it was written."""

    path: str | None
    source: str
    #: The line of the file on which `source` starts.
    first_line: int
    is_html: bool
    #: False: the mail has a summary and a link; the text is on the website alone.
    is_printed: bool
    body: Body

    def origin_of(self, *fragments: str) -> Origin:
        """Return the line of the first of *fragments* that the text has; without one, the file."""
        for fragment in filter(None, fragments):
            at = self.source.find(fragment)
            if at >= 0:
                return Origin(path=self.path, line=self.first_line + self.source.count("\n", 0, at))
        return Origin(path=self.path)


def passages_of(
    issue: Issue, collection: Collection, circumstances: Circumstances, files: Mapping[str, EditorFile]
) -> tuple[Passage, ...]:
    """Return the introductions of *issue* and the bodies of its items, in every language."""
    pages = {item.path: item.link for item in collection.items}
    return (
        *_introductions(issue, circumstances, pages, files),
        *(
            _body(item, circumstances, pages)
            for story in issue.stories
            for item in story.versions.values()
            if item.body.strip()
        ),
    )


def _body(item: Item, circumstances: Circumstances, pages: Mapping[str, str | None]) -> Passage:
    base = _base(circumstances, pages, path=item.path, page_url=item.link)
    body = render_body(item.body, base=base, is_html=item.is_html, first_line=item.body_line)
    return Passage(
        path=item.path,
        source=item.body,
        first_line=item.body_line,
        is_html=item.is_html,
        is_printed=is_printed_whole(item),
        body=body,
    )


def _introductions(
    issue: Issue,
    circumstances: Circumstances,
    pages: Mapping[str, str | None],
    files: Mapping[str, EditorFile],
) -> Iterator[Passage]:
    for text in issue.introductions.values():
        file = next((file for file in files.values() if file.front.body.strip() == text), None)
        path = file.path if file else issue.path
        source, first_line = (file.front.body, file.front.body_line) if file else (text, 1)
        base = _base(circumstances, pages, path=path or "", page_url=None)
        yield Passage(
            path=path,
            source=source,
            first_line=first_line,
            is_html=False,
            is_printed=True,
            body=render_body(source, base=base, first_line=first_line),
        )


def _base(
    circumstances: Circumstances, pages: Mapping[str, str | None], *, path: str, page_url: str | None
) -> LinkBase:
    return LinkBase(
        site_url=circumstances.site_url,
        page_url=page_url,
        path=path,
        folder=circumstances.content_folder,
        pages=pages,
        is_file=lambda relative: circumstances.bytes_of(relative) is not None,
    )
