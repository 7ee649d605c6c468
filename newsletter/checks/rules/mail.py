"""Rules on the finished mail: its size, its ways out, its outline."""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from newsletter.checks.clients.css import read_sheet
from newsletter.checks.clients.sources import sheets_of
from newsletter.checks.letter import Letter
from newsletter.checks.origin import SETTINGS, UNKNOWN, Origin
from newsletter.checks.proof import Proof
from newsletter.checks.rule import Finding, Rule
from newsletter.errors import Level
from newsletter.rendering.plaintext import WIDTH
from newsletter.rendering.values import Slot

#: Bytes of the HTML part. Gmail clips a mail at about 102 kB, and what is clipped has no way to unsubscribe.
LARGE_HTML = 80_000
CLIPPED_HTML = 100_000
#: Characters of all style sheets together: some Gmail accounts take 8,192, none more than 16,384.
LARGE_STYLES = 8_192
DROPPED_STYLES = 16_000
#: Characters of a line that every mail server takes (RFC 5322, section 2.1.1).
LONGEST_LINE = 998
#: Where every slot's address begins.
_SLOT_HOST = "slot.invalid"
#: What is right in CSS and not read everywhere, what that means, and what to write.
_FORMS = (
    (
        # What stands before it is read once, from where it begins.
        re.compile(r"(?<![^\s;{])[^\s;{]*(?<!\s)!\s*important|!\s+important|!(?!important)(?i:important)"),
        "classic Outlook for Windows asks for a space before it, and Gmail for small letters.",
        "Write ` !important`.",
    ),
    (
        re.compile(r"[.#][\w-]+\[data-ogs[bc]\]|\[data-ogs[bc]\][.#][\w-]+"),
        "Outlook knows its own marks only on something around what is meant.",
        "Write [data-ogsc] .name, with a space between.",
    ),
)
_TEMPLATE = "templates/email/issue.mjml"
_FOOTER = "templates/email/footer.mjml"
_TEXT_TEMPLATE = "templates/email/issue.txt"


def _html_size(proof: Proof) -> Iterator[Finding]:
    sizes = {name: len(letter.variant.html.encode()) for name, letter in proof.letters.items()}
    # What was shortened for it, and now fits, is told as such.
    cut = {name for name, letter in proof.letters.items() if letter.variant.is_shortened}
    sizes = {name: size for name, size in sizes.items() if name not in cut or size > CLIPPED_HTML}
    yield from _too_large(
        sizes,
        LARGE_HTML,
        CLIPPED_HTML,
        "The HTML part of {name} has {size:,} bytes: Gmail clips a mail at about 102,000, and everything below is lost.",
        "Have fewer items, or give those that are printed whole a `link`.",
    )


def _shortened(proof: Proof) -> Iterator[Finding]:
    """Yield one finding of the variant that is shortened most."""
    letters = [letter.variant for letter in proof.letters.values()]
    worst = max(letters, key=lambda variant: (variant.headlines, variant.summaries), default=None)
    if worst is None or not worst.is_shortened:
        return
    told = (
        (worst.summaries, "of {} texts that would be printed whole it has the summary"),
        (worst.headlines, "of {} items the headline alone"),
    )
    parts = " and ".join(words.format(count) for count, words in told if count)
    yield Finding(
        level=Level.WARNING,
        message=f"The mail would be clipped, so {parts}; the web version has everything.",
        origin=Origin(path=proof.plan.file_path),
        help="Exclude some items in the issue file (they wait for the next one), or put first in `items` what must be seen.",
        variant=worst.name,
    )


def _style_size(proof: Proof) -> Iterator[Finding]:
    yield from _too_large(
        {name: letter.style_length for name, letter in proof.letters.items()},
        LARGE_STYLES,
        DROPPED_STYLES,
        "The style sheets of {name} have {size:,} characters: Gmail drops all of them above 16,384, for some above 8,192.",
        "Shorten the style sheets that override the built-in ones in templates/email/.",
    )


def _nested_at_rule(proof: Proof) -> Iterator[Finding]:
    for name, letter in proof.letters.items():
        if not any(read_sheet(element.text or "").nested for element in letter.page.iter("style")):
            continue
        sheets = sheets_of(proof.circumstances.overriding)
        origins = [
            Origin(path=f"templates/{sheet}", line=line)
            for sheet, found in sheets.items()
            for line in found.nested
        ]
        for origin in origins or [UNKNOWN]:
            yield Finding(
                level=Level.WARNING,
                message="An at-rule stands inside another one: Gmail drops the whole style sheet.",
                help="Write them one after the other.",
                origin=origin,
                variant=name,
            )


def _style_form(proof: Proof) -> Iterator[Finding]:
    for name, letter in proof.letters.items():
        css = "\n".join(element.text or "" for element in letter.page.iter("style"))
        for form, message, help in _FORMS:
            for written in dict.fromkeys(found[0] for found in form.finditer(css)):
                yield Finding(
                    level=Level.WARNING,
                    message=f"`{written}`: {message}",
                    help=help,
                    origin=proof.template_of(written),
                    variant=name,
                )


def _too_large(
    sizes: Mapping[str, int], large: int, refused: int, message: str, help: str
) -> Iterator[Finding]:
    """Yield one finding of the largest of *sizes*, by variant."""
    name = max(sizes, key=lambda name: sizes[name], default="")
    if name and sizes[name] > large:
        yield Finding(
            level=Level.ERROR if sizes[name] > refused else Level.WARNING,
            message=message.format(name=name, size=sizes[name]),
            help=help,
        )


def _text_lines(proof: Proof) -> Iterator[Finding]:
    for name, letter in proof.letters.items():
        for line in letter.variant.text.splitlines():
            # An address cannot be broken.
            if len(line) > LONGEST_LINE or (len(line) > WIDTH and max(map(len, line.split())) <= WIDTH / 2):
                yield Finding(
                    level=Level.WARNING if len(line) > LONGEST_LINE else Level.INFO,
                    message=f"A line of the plain-text part has {len(line)} characters: “{line[:40].strip()}…”.",
                    origin=Origin(path=_TEXT_TEMPLATE),
                    help=f"Wrap it at {WIDTH}: {{{{ wrapped(…) }}}}.",
                    variant=name,
                )


def _missing_unsubscribe(proof: Proof) -> Iterator[Finding]:
    for name, part, letter, body in _parts(proof):
        links = {shown.look.link for shown in letter.light}
        if Slot.UNSUBSCRIBE not in body or (part == "HTML" and Slot.UNSUBSCRIBE not in links):
            yield Finding(
                level=Level.ERROR,
                message=f"The {part} part has no link to unsubscribe that is seen.",
                origin=Origin(path=_FOOTER if part == "HTML" else _TEXT_TEMPLATE),
                help="Put {{ slots.UNSUBSCRIBE }} back, as the built-in template has it.",
                variant=name,
            )


def _stray_slot(proof: Proof) -> Iterator[Finding]:
    for name, letter in proof.letters.items():
        bodies = {"HTML part": letter.variant.html, "plain-text part": letter.variant.text}
        for slot in Slot:
            bodies = {part: body.replace(slot, "") for part, body in bodies.items()}
        for part, body in {**bodies, "web version": letter.variant.web}.items():
            if _SLOT_HOST in body:
                yield Finding(
                    level=Level.ERROR,
                    message=f"The {part} has an address at {_SLOT_HOST} that nobody fills.",
                    help="Use slots as the built-in templates do: whole, in the mail only.",
                    variant=name,
                )


def _missing_address(proof: Proof) -> Iterator[Finding]:
    address = "".join(proof.circumstances.postal_address.split())
    if not address:
        yield Finding(
            level=Level.WARNING,
            message="There is no postal address: readers, filters and the law of many countries expect one.",
            origin=Origin(path=SETTINGS),
            help="Set `postal_address` in [newsletter].",
        )
        return
    for name, part, letter, body in _parts(proof):
        shown = "".join("".join([shown.text for shown in letter.light] if part == "HTML" else body).split())
        if address not in shown:
            yield Finding(
                level=Level.WARNING,
                message=f"The {part} part does not show the postal address.",
                origin=Origin(path=_FOOTER if part == "HTML" else _TEXT_TEMPLATE),
                help="Put {{ look.postal_address }} back, as the built-in template has it.",
                variant=name,
            )


def _heading_order(proof: Proof) -> Iterator[Finding]:
    for name, letter in proof.letters.items():
        if letter.headings.count(1) != 1:
            message = f"The mail has {letter.headings.count(1)} headings of level 1, and needs one."
        elif skip := next(((one, two) for one, two in pairwise(letter.headings) if two > one + 1), None):
            message = f"In the mail a heading of level {skip[1]} follows one of level {skip[0]}."
        else:
            continue
        yield Finding(
            level=Level.WARNING,
            message=message,
            origin=Origin(path=_TEMPLATE),
            help="Screen readers show the headings as a table of contents: h1, h2, h3, no level skipped.",
            variant=name,
        )


def _parts(proof: Proof) -> Iterator[tuple[str, str, Letter, str]]:
    """Yield variant, name, letter and body of each part that readers may see."""
    for name, letter in proof.letters.items():
        yield name, "HTML", letter, letter.variant.html
        yield name, "plain-text", letter, letter.variant.text


RULES = (
    Rule(name="html-size", levels=(Level.WARNING, Level.ERROR), find=_html_size),
    Rule(name="shortened", levels=(Level.WARNING,), find=_shortened),
    Rule(name="style-size", levels=(Level.WARNING, Level.ERROR), find=_style_size),
    Rule(name="nested-at-rule", levels=(Level.WARNING,), find=_nested_at_rule),
    Rule(name="style-form", levels=(Level.WARNING,), find=_style_form),
    Rule(name="text-lines", levels=(Level.WARNING, Level.INFO), find=_text_lines),
    Rule(name="missing-unsubscribe", levels=(Level.ERROR,), find=_missing_unsubscribe),
    Rule(name="stray-slot", levels=(Level.ERROR,), find=_stray_slot),
    Rule(name="missing-address", levels=(Level.WARNING,), find=_missing_address),
    Rule(name="heading-order", levels=(Level.WARNING,), find=_heading_order),
)
