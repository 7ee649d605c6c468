"""What may stand in a letter, a link or an address, has a meaning somewhere, and means nothing to a reader."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from newsletter.delivery.letter import Letter
from newsletter.rendering.values import Slot
from tests.delivery.sample_letter import letter

WORDS = {
    "unicode": "Größe – ❤️ Ελλάδα \u00a0 日本",
    "quotes": "\"quoted\" 'it' \\ &amp; &",
    "lines": "one\n.\n..two\n--\n\nFrom here\n",
    "script": "<script>alert('1')</script>",
    "Mailgun's": "%recipient.x%",
    "braces": "{{x}} {{ unsubscribe }} {{params.unsubscribe}}",
    "three braces": "{{{x}}} \\{{x}} {{{{x}}}}",
    "hyphens": "-name- -unsubscribe- [unsubscribe] *|NAME|*",
    "logic": "{% if x %}{# x #}{% endif %}{{#if x}}{{/if}} <% x %>",
    "a slot in braces": f"{{{Slot.UNSUBSCRIBE}}} {{{{{Slot.PREFERENCES}}}}}",
}
LINKS = ["?a=1&b=2", '"quoted"', "'it'", "<script>", "100%", "-name-", "%recipient.x%", "{{x}}", "{{{x}}}"]
ADDRESSES = [
    "o'hara+news@example.org",
    "{{x}}@example.org",
    "{{{x}}}@example.org",
    "%recipient.x%@example.org",
    "-name-@example.org",
    '"<script>"@example.org',
    '"a,b"@example.org',
]


def written(kind: str) -> Letter:
    """Return a letter with some of `WORDS` in its subject and both bodies."""
    words, base = WORDS[kind], letter()
    subject = "" if Slot.UNSUBSCRIBE in words else " ".join(words.split())
    return replace(base, subject=f"News {subject}", html=base.html + words, text=words + base.text)


@dataclass(frozen=True)
class OddLinks:
    """Links that end in what has a meaning elsewhere; each reader's are their own."""

    odd: str

    def slots(self, ref: bytes) -> Mapping[Slot, str]:
        return {slot: f"https://news.example.org/{slot.name}/{ref.hex()}/{self.odd}" for slot in Slot}
