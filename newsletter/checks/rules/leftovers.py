"""Rules on what must not be left in a mail: placeholders, filler, links that nobody can open."""

import re
from collections.abc import Iterator

from newsletter.checks.letter import Letter
from newsletter.checks.proof import Proof
from newsletter.checks.rule import Finding, Rule
from newsletter.checks.webaddress import host_of, is_local, is_reserved
from newsletter.errors import Level
from newsletter.rendering.words.typography import cut

#: What an engine or a provider would have filled in: names between the marks of Jinja, Handlebars, Mailgun,
#: Mailchimp, ERB. Markdown takes Mailchimp's asterisks for emphasis: `|FNAME|` is what is left of `*|FNAME|*`.
_UNRESOLVED = re.compile(
    r"\{\{\{?[#/^&>!~-]?\s*[A-Za-z_$.][^{}\n]{0,200}\}\}|\{%[^%{}\n]{1,200}%\}"
    r"|%recipient\.\w+%?|(?<!\w)\*?\|[A-Z][A-Z0-9_]+(?::\w+)?\|\*?(?!\w)|<%=?[^%<>\n]{1,200}%>"
)
#: Anything else between doubled braces, `{{7*7}}`: it is there because an editor wrote it.
_BRACES = re.compile(r"\{\{[^{}\n]{1,200}\}\}")
_FILLER = re.compile(r"\bTODO\b|\bFIXME\b|(?i:\blorem ipsum\b)")


def _unresolved_placeholder(proof: Proof) -> Iterator[Finding]:
    for letter in proof.letters.values():
        for text in _texts(letter):
            found = [(Level.ERROR, match[0]) for match in _UNRESOLVED.finditer(text)]
            found += [(Level.WARNING, match[0]) for match in _BRACES.finditer(_UNRESOLVED.sub("", text))]
            for level, placeholder in found:
                if proof.origin_of(f"`{placeholder}`").path:
                    # Code: a summary, which has no marks, shows it as text.
                    continue
                origin = proof.source_of(placeholder)
                yield Finding(
                    level=level,
                    message=f"Readers would see the placeholder `{cut(placeholder, 60)}`.",
                    help="Write what is meant; in a text, what stands between backticks is taken literally."
                    if proof.origin_of(placeholder).path
                    else "Nobody fills it in: write what is meant, in the template or the settings.",
                    origin=origin,
                    variant=letter.variant.name,
                )


def _filler_text(proof: Proof) -> Iterator[Finding]:
    for letter in proof.letters.values():
        for text in _texts(letter):
            for match in _FILLER.finditer(text):
                yield Finding(
                    level=Level.WARNING,
                    message=f"The mail says “{match[0]}”.",
                    help="Write what belongs there.",
                    origin=proof.source_of(match[0]),
                    variant=letter.variant.name,
                )


def _unreachable_link(proof: Proof) -> Iterator[Finding]:
    site, public = host_of(proof.circumstances.site_url), host_of(proof.circumstances.public_url)
    for letter in proof.letters.values():
        for link in dict.fromkeys(letter.links):
            host = host_of(link)
            if host in {site, public}:
                continue
            # A newsletter whose website is an example is one itself.
            is_example = is_reserved(host) and not is_reserved(site)
            if is_example or is_local(host):
                why = "an address for examples" if is_example else "known on your own network only"
                yield Finding(
                    level=Level.WARNING,
                    message=f"Readers cannot open {cut(link, 100)}: {host} is {why}.",
                    help="Write the address on the web.",
                    origin=proof.source_of(link),
                    variant=letter.variant.name,
                )


def _texts(letter: Letter) -> Iterator[str]:
    """Yield every text of the mail that is seen or heard."""
    yield letter.variant.subject
    yield from letter.texts
    yield from (image.alt for image in letter.images if image.alt)


RULES = (
    Rule(name="unresolved-placeholder", levels=(Level.ERROR, Level.WARNING), find=_unresolved_placeholder),
    Rule(name="filler-text", levels=(Level.WARNING,), find=_filler_text),
    Rule(name="unreachable-link", levels=(Level.WARNING,), find=_unreachable_link),
)
