"""The MIME message: built once, filled per reader, and still what the standards ask for."""

from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import escape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.delivery.letter import Letter, LetterKind, delivery_name, feedback_id, list_id
from newsletter.delivery.links import FixedLinks
from newsletter.delivery.message import EmbeddedImage, compile_message
from newsletter.delivery.values import Recipient
from newsletter.rendering.values import Slot
from tests.delivery.sample_letter import HTML, REF, letter, sender

READER = Recipient(7, REF, "reader@example.org")


def sent(to_send: Letter, reader: Recipient = READER) -> tuple[bytes, EmailMessage]:
    raw = to_send.compile().fill(to_send.own_headers(reader, to_send.slots(reader)), to_send.slots(reader))
    return raw, message_from_bytes(raw, policy=policy.SMTP)


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_each_slot_holds_the_readers_own_link() -> None:
    issue = letter()

    _, message = sent(issue)

    link = issue.links.slots(REF)[Slot.UNSUBSCRIBE]
    assert f'<a href="{link}">Leave</a>' in part(message, "html")
    assert f"Leave: {link}" in part(message, "plain")
    assert "slot.invalid" not in part(message, "html") + part(message, "plain")


def test_a_link_is_escaped_in_the_html_and_plain_in_the_text() -> None:
    link = "https://news.example.org/u?a=1&b='2'&copy=3"
    issue = replace(letter(), links=FixedLinks(link, link))

    _, message = sent(issue)

    assert '<a href="https://news.example.org/u?a=1&amp;b=&#x27;2&#x27;&amp;copy=3">Leave</a>' in part(
        message, "html"
    )
    assert f"Leave: {link}" in part(message, "plain")
    assert message["List-Unsubscribe"] == f"<{link}>"


def test_what_is_not_a_slot_arrives_as_it_was_rendered() -> None:
    issue = letter()

    _, message = sent(issue)

    filled = HTML
    for slot, link in issue.slots(READER).items():
        filled = filled.replace(slot, link)
    assert part(message, "html").rstrip("\r\n") == filled
    assert (
        part(message, "plain")
        .replace("\r\n", "\n")
        .startswith(f"Hello – {'words ' * 40}\n.\n..dots\nFrom here\n")
    )


def test_h_16_no_line_is_longer_than_quoted_printable_allows() -> None:
    raw, message = sent(letter("Ein sehr langer Betreff " * 20))

    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    body = raw.partition(b"\r\n\r\n")[2]
    assert max(len(line) for line in body.split(b"\r\n")) <= 76
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert not message.defects


def test_h_01_headers_of_an_issue_are_the_ones_that_receivers_ask_for() -> None:
    issue = letter()

    _, message = sent(issue)

    assert message.get_all("List-Unsubscribe") == [f"<{issue.links.slots(REF)[Slot.UNSUBSCRIBE]}>"]
    assert message.get_all("List-Unsubscribe-Post") == ["List-Unsubscribe=One-Click"]
    assert message["List-Id"] == "N <monthly.example.org>"
    assert message["Precedence"] == "bulk"
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert message["Auto-Submitted"] is None
    assert message["To"] == "reader@example.org"
    assert message["Reply-To"] == "Editors <editors@example.org>"
    assert message["From"] == "Network – Ünion <news@example.org>"
    assert message["Date"] == "Tue, 03 Nov 2026 09:00:00 +0000"
    assert message["Subject"] == "November: größer – besser"


def test_h_09_a_test_mail_carries_no_unsubscribe_header_and_no_list() -> None:
    _, message = sent(letter(kind=LetterKind.TEST))

    assert message["List-Unsubscribe"] is None
    assert message["List-Unsubscribe-Post"] is None
    assert message["List-Id"] is None


def test_the_message_id_is_the_same_at_every_try_and_hides_the_address() -> None:
    first, message = sent(letter())
    again, _ = sent(letter())

    assert first == again
    assert message["Message-ID"] == f"<{delivery_name('monthly-2026-11', REF)}@example.org>"
    assert "reader" not in message["Message-ID"]


def test_h_14_the_feedback_id_has_four_fields_and_nothing_of_the_reader() -> None:
    _, one = sent(letter())
    _, other = sent(letter(), Recipient(8, bytes(12), "other@example.org"))

    assert one["Feedback-ID"] == other["Feedback-ID"] == "monthly-2026-11:monthly:issue:ews-example-org"
    assert (
        5
        <= len(
            feedback_id("special", "monthly", LetterKind.ISSUE, sender(public_url="https://a.eu")).split(":")[
                3
            ]
        )
        <= 15
    )


@pytest.mark.parametrize("name", ["Network, Inc.", 'The "N"', "Réseau, études", "新闻", "back\\slash"])
def test_h_12_the_list_id_phrase_survives_any_name(name: str) -> None:
    _, message = sent(letter(newsletter=name))

    assert "<monthly.example.org>" in message["List-Id"]
    assert len(message.get_all("List-Id") or []) == 1
    assert list_id(sender(name), "monthly") == list_id(sender(name), "monthly")
    assert len(list_id(sender(name), "monthly")) <= 255


def test_embedded_images_travel_with_the_html() -> None:
    image = EmbeddedImage(
        url="https://news.example.org/media/abc.png",
        name="abc.png",
        media_type="image/png",
        data=b"\x89PNG\r\n",
    )

    template = compile_message(
        sender=sender().address,
        subject="S",
        headers={},
        text="t",
        html=f'<img src="{image.url}">{Slot.UNSUBSCRIBE}',
        images=[image],
    )
    message = message_from_bytes(
        template.fill({}, {Slot.UNSUBSCRIBE: "https://x.example.org/u"}), policy=policy.SMTP
    )

    assert 'src="cid:abc.png@newsletter.invalid"' in part(message, "html")
    picture = next(found for found in message.walk() if found.get_content_type() == "image/png")
    assert picture["Content-ID"] == "<abc.png@newsletter.invalid>"
    assert picture.get_content() == b"\x89PNG\r\n"


@given(
    before=st.text(max_size=200),
    after=st.text(max_size=200),
    link=st.text(alphabet="abc=_-/.0&?", min_size=1, max_size=300).map(
        lambda tail: f"https://news.example.org/{tail}"
    ),
    times=st.integers(0, 2),
)
def test_any_text_around_a_slot_and_any_link_in_it_come_out_whole(
    before: str, after: str, link: str, times: int
) -> None:
    text = f"{before}{Slot.UNSUBSCRIBE}" * times + after
    html = f"{before}{Slot.UNSUBSCRIBE}{after}"
    template = compile_message(sender=sender().address, subject="S", headers={}, text=text, html=html)

    raw = template.fill({}, {Slot.UNSUBSCRIBE: link})

    message = message_from_bytes(raw, policy=policy.SMTP)
    wanted = {"html": f"{before}{escape(link)}{after}", "plain": f"{before}{link}" * times + after}
    for kind, expected in wanted.items():
        found = "\n".join(part(message, kind).splitlines()).rstrip("\n")
        assert found == "\n".join(expected.splitlines()).rstrip("\n")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 76


#: Text that has much to do with dots and ends of lines, and slots anywhere in it.
_DOTTED = st.lists(
    st.one_of(
        st.text(alphabet=". =a\u00e9\t\n\r", max_size=90),
        st.sampled_from([*map(str, Slot), "." * 80, f"{'x' * 75}.", "\n.", "\n..\n"]),
    ),
    max_size=12,
).map("".join)
#: Whatever a link may be made of.
_LINKS = st.text(alphabet=".=a", max_size=200) | st.text(
    alphabet=st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=200
)


@given(text=_DOTTED, html=_DOTTED, unsubscribe=_LINKS, preferences=_LINKS, has_image=st.booleans())
@example(
    text=f"{Slot.UNSUBSCRIBE}.", html=f"{Slot.PREFERENCES}.", unsubscribe=".", preferences="", has_image=False
)
def test_dots_doubled_once_are_the_dots_of_the_whole_message_doubled(
    text: str, html: str, unsubscribe: str, preferences: str, has_image: bool
) -> None:
    image = EmbeddedImage(url="https://x.example.org/i", name="i.png", media_type="image/png", data=b"." * 90)
    images = [image] if has_image else []
    template = compile_message(
        sender=sender().address, subject=". S", headers={}, text=text, html=html, images=images
    )
    headers, values = {"To": "a@example.org"}, {Slot.UNSUBSCRIBE: unsubscribe, Slot.PREFERENCES: preferences}
    message = template.fill(headers, values)

    doubled = template.with_dots_doubled().fill(headers, values)

    # RFC 5321, section 4.5.2: a line that begins with a dot gets one more.
    lines = message.split(b"\r\n")
    assert doubled == b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines)
    assert doubled.endswith(b"\r\n")
