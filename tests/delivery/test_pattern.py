"""What a pattern writes for readers is what an encoder would write for each."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.letter import Letter, reference_text
from newsletter.delivery.pattern import Pattern
from newsletter.delivery.values import Recipient
from newsletter.rendering.values import Slot
from tests.delivery.sample_letter import letter


@dataclass(frozen=True)
class OddLinks:
    """Links of any words; each reader's are their own."""

    words: str

    def slots(self, ref: bytes) -> Mapping[Slot, str]:
        return {slot: f"{self.words}/{slot.name}/{ref.hex()}{self.words}" for slot in Slot}


def part(to_send: Letter, reader: Recipient) -> str:
    """Return something that holds every value of a reader, and much that is nobody's."""
    links = to_send.slots(reader)
    content = {
        "to": reader.email,
        "subject": to_send.subject,
        "id": f"<{reference_text(reader.ref)}@example.org>",
        "again": reference_text(reader.ref),
        "links": {slot.name: f"<{link}>" for slot, link in links.items()},
        "html": [escape(link) for link in links.values()],
    }
    return msgspec.json.encode(content).decode()


_WORDS = st.lists(st.sampled_from([*"ab{}\"'\\<>&ü❤\n\u2028\x7f", "%s", "%(email)s", ","]), max_size=6).map(
    "".join
)


@given(st.lists(_WORDS, min_size=1, max_size=4), _WORDS, _WORDS)
def test_it_writes_for_each_reader_what_an_encoder_would(
    emails: list[str], link_words: str, subject: str
) -> None:
    to_send = replace(letter(), subject=subject, links=OddLinks(link_words))
    recipients = [
        Recipient(number, number.to_bytes(12), f"{email}@example.org") for number, email in enumerate(emails)
    ]

    written = Pattern.of(to_send, part).filled(recipients)

    assert written == ",".join(part(to_send, recipient) for recipient in recipients)


def test_a_letter_whose_links_are_plain_gets_them_as_they_are() -> None:
    recipients = [Recipient(number, bytes([number] * 12), f"r{number}@example.org") for number in range(3)]

    written = Pattern.of(letter(), part).filled(recipients)

    assert written == ",".join(part(letter(), recipient) for recipient in recipients)
