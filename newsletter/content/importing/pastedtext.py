"""Text as it was pasted from a browser or a mail: no markup says what is what."""

import re
from collections.abc import Sequence

from newsletter.content.importing.blocks import Block, Form
from newsletter.content.importing.cutting import cut
from newsletter.content.importing.facts import Facts
from newsletter.content.importing.languages import language_of
from newsletter.content.importing.plaintext import text_blocks
from newsletter.content.importing.reading import Reading
from newsletter.content.importing.source import Source
from newsletter.content.importing.structure import with_structure
from newsletter.content.importing.titles import title_among

_ADDRESS = re.compile(r"https?://\S+")


def read_text(source: Source) -> Reading:
    """Return what the text *source* says."""
    blocks = text_blocks(source.text)
    language = language_of(block.text for block in blocks)
    title = title_among(blocks)
    found = cut(
        blocks,
        title=title.text if title else "",
        title_index=title.index if title else None,
        language=language,
    )
    link, line, body = _own_address(found.blocks)
    structured, guessed = with_structure(body)
    facts = (
        found.facts.or_else(
            Facts(
                link=link, lines={"link": line}, guesses={"link": "the address stands alone beside the text"}
            )
        )
        if link
        else found.facts
    )
    return Reading(
        title=title.text if title else "",
        title_line=title.line if title else 1,
        is_guessed_title=title.is_guess if title else False,
        blocks=structured,
        facts=facts,
        lone_dates=found.lone_dates,
        lone_place=found.lone_place,
        language=language,
        left_out=found.left_out,
        remarks=[*_structure_remarks(guessed), *_lost_links(structured)],
    )


def _own_address(blocks: Sequence[Block]) -> tuple[str, int, list[Block]]:
    """Return the page's address where it stands alone above or below the text, its line, and the other blocks."""
    for index in (0, len(blocks) - 1):
        if blocks and _ADDRESS.fullmatch(blocks[index].text):
            rest = [block for at, block in enumerate(blocks) if at != index]
            return blocks[index].text, blocks[index].line, rest
    return "", 1, list(blocks)


def _structure_remarks(guessed: Sequence[Block]) -> list[tuple[str, int | None]]:
    remarks: list[tuple[str, int | None]] = []
    for form, what in ((Form.HEADING, "headings"), (Form.BULLET, "entries of lists")):
        blocks = [block for block in guessed if block.form is form]
        if blocks:
            lines = ", ".join(str(block.line) for block in blocks[:8]) + (", …" if len(blocks) > 8 else "")
            remarks.append((f"made {what} of these lines, because of their form: {lines}", None))
    return remarks


def _lost_links(blocks: Sequence[Block]) -> list[tuple[str, int | None]]:
    """Name lines that end in a colon with nothing below: what was a link did not come along."""
    lost: list[tuple[str, int | None]] = []
    for index, block in enumerate(blocks):
        after = blocks[index + 1] if index + 1 < len(blocks) else None
        is_short = block.form is Form.PARAGRAPH and len(block.text) < 80 and block.text.endswith(":")
        if is_short and (after is None or (after.form is Form.PARAGRAPH and len(after.text) > 160)):
            lost.append(
                (f"“{block.text}” ends in a colon, and nothing follows: perhaps a link was lost.", block.line)
            )
    return lost
