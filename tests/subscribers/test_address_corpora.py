"""Addresses by the table: each with what becomes of it, and the row that says so."""

import pytest

from subscribers.addresses import Address, normalise
from subscribers.errors import AddressError, AddressReason

SYNTAX, TOO_LONG, RELAY = AddressReason.SYNTAX, AddressReason.TOO_LONG, AddressReason.RELAY

LISTS_AND_NAMES = [
    "a@example.org,b@example.org",
    "a@example.org; b@example.org",
    "a@example.org b@example.org",
    "A Reader <a@example.org>",
    '"A Reader" <a@example.org>',
    "=?utf-8?q?A?= <a@example.org>",
    "<a@example.org>",
    "mailto:a@example.org",
    "undisclosed-recipients:;",
    "group: a@example.org;",
]
QUOTES_AND_COMMENTS = [
    '"a"@example.org',
    '"a b"@example.org',
    '"a@b"@example.org',
    '"a\\"b"@example.org',
    '""@example.org',
    '"a".b@example.org',
    "a(comment)@example.org",
    "(comment)a@example.org",
    "a@(comment)example.org",
    "a@example.org(comment)",
    "a @example.org",
    "a@ example.org",
    "a@example .org",
    "a\\@b@example.org",
]
DOTS_AND_AT_SIGNS = [
    "nobody",
    "@",
    "@example.org",
    "a@",
    "a@@example.org",
    "a@b@example.org",
    ".a@example.org",
    "a.@example.org",
    "a..b@example.org",
    "a@.example.org",
    "a@example..org",
    "a@example.org.",
    "a@.",
    "a\uff20example.org",
    "a@example\u3002\u3002org",
]
DOMAINS = [
    "a@[192.0.2.1]",
    "a@[IPv6:2001:db8::1]",
    "a@[2001:db8::1]",
    "a@192.0.2.1",
    "a@2130706433",
    "a@localhost",
    "a@intranet",
    "a@eu",
    "a@host.localhost",
    "a@host.local",
    "a@host.test",
    "a@host.invalid",
    "a@host.onion",
    "a@host.alt",
    "a@host.internal",
    "a@HOST.Internal",
    "a@host.\uff49\uff4e\uff54\uff45\uff52\uff4e\uff41\uff4c",
    "a@1.0.0.127.in-addr.arpa",
    "a@-example.org",
    "a@example-.org",
    "a@example.-org",
    "a@exa_mple.org",
    "a@exa+mple.org",
    "a@exa mple.org",
    "a@example.o",
    "a@example.123",
    "a@ex--ample.org",
    "a@xn--.org",
    "a@xn--a.org",
    "a@example.org/path",
    "a@example.org?subject=x",
    "a@example.org#x",
    "a@example.org:25",
    "a@exa%6dple.org",
    "a@bit\u2044ly.org",
]
CONTROLS = [
    "a\x00@example.org",
    "a@example.org\x00",
    "a\t@example.org",
    "a\x7f@example.org",
    "a\x9c@example.org",
    "a\u00a0@example.org",
    "\u00a0a@example.org",
    "a\u00ad@example.org",
    "a\u200b@example.org",
    "a\u200d@example.org",
    "a\u2028@example.org",
    "\u202eb@example.org",
    "a\u2066@example.org",
    "a\ufeff@example.org",
    "a\ufffe@example.org",
    "a\ud800@example.org",
    "a\ue000@example.org",
    "a@exam\u200bple.org",
    "a@exam\u202eple.org",
    "\u0301a@example.org",
]
HEADERS = [
    "a@example.org\n",
    "a@example.org\r",
    "a@example.org\r\n",
    "\na@example.org",
    "\r\n a@example.org",
    "a\n@example.org",
    "a@example.org\nBcc: b@example.org",
    "a@example.org\r\nBcc: b@example.org",
    "a@example.org%0aBcc:b@example.org",
    "a@example.org\r\n\r\n<script>alert(1)</script>",
    "a@example.org>\r\nRCPT TO:<b@example.org",
    "a@example.org> SIZE=1",
    "a@example.org\u2028Bcc: b@example.org",
]
MARKUP = [
    "<script>alert(1)</script>@example.org",
    "a@example.org<script>",
    '"><img src=x onerror=alert(1)>@example.org',
    "a@<b>example.org</b>",
    "a;b@example.org",
    "a[b]@example.org",
    "a:b@example.org",
    "a,b@example.org",
]


@pytest.mark.parametrize(
    "text",
    [
        *LISTS_AND_NAMES,
        *QUOTES_AND_COMMENTS,
        *DOTS_AND_AT_SIGNS,
        *DOMAINS,
        *CONTROLS,
        *HEADERS,
        *MARKUP,
    ],
    ids=ascii,
)
def test_o_25_what_is_not_one_plain_mailbox_at_a_public_domain_is_refused(text: str) -> None:
    with pytest.raises(AddressError) as caught:
        normalise(text, allow_international=True)

    assert caught.value.reason == SYNTAX


@pytest.mark.parametrize(
    ("text", "is_taken"),
    [
        ("x" * 64 + "@example.org", True),
        ("x" * 65 + "@example.org", False),
        ("ö" * 32 + "@example.org", True),
        ("ö" * 33 + "@example.org", False),
        ("a@" + "x" * 63 + ".org", True),
        ("a@" + ".".join(["x" * 62] * 3) + "." + "y" * 59 + ".org", True),
        ("a@" + ".".join(["x" * 62] * 3) + "." + "y" * 60 + ".org", False),
        # Short as typed, too long in ASCII.
        ("a@" + ".".join(["ü" * 40] * 5) + ".org", False),
        ("x" * 100_000 + "@example.org", False),
        ("a@" + "x" * 100_000, False),
        ("a@" + "x." * 50_000 + "org", False),
    ],
    ids=lambda value: ascii(value)[:20],
)
def test_o_25_64_octets_before_the_at_and_254_in_all_are_the_most(text: str, is_taken: bool) -> None:
    if is_taken:
        assert normalise(text, allow_international=True).as_entered == text
        return
    with pytest.raises(AddressError) as caught:
        normalise(text, allow_international=True)
    assert caught.value.reason in {TOO_LONG, SYNTAX}


@pytest.mark.parametrize(
    "text", ["a%b@example.org", "a%example.eu@example.org", "a!b@example.org", "!@example.org"]
)
def test_o_26_what_asks_a_server_to_pass_mail_on_is_refused(text: str) -> None:
    with pytest.raises(AddressError) as caught:
        normalise(text)

    assert caught.value.reason == RELAY


@pytest.mark.parametrize(
    "text",
    [
        "=a@example.org",
        "=cmd|'/c'@example.org",
        "-a@example.org",
        "--help@example.org",
        "+a@example.org",
        "{{7*7}}@example.org",
        "${7*7}@example.org",
        "#{7*7}@example.org",
        "o'brien@example.org",
        "'or'1'='1@example.org",
        "a/b=c@example.org",
        "$a@example.org",
        "_a@example.org",
        "~a@example.org",
        "a&b@example.org",
        "a#b@example.org",
        "1@example.org",
        "a.b.c.d@example.org",
        "first.last@sub.sub.example.org",
        "a@1.example.org",
        "a@example1.org",
        "a@3com.example.eu",
        "a@e-x-a.example.eu",
        "a@example.museum",
    ],
)
def test_o_26_what_looks_odd_and_is_legal_is_taken_as_it_is(text: str) -> None:
    assert normalise(text).email == text


@pytest.mark.parametrize(
    ("forms", "email"),
    [
        (("A@EX.org", "A@ex.org", " A@ex.org\t", "A@ｅｘ.org", "A@EX。org"), "A@ex.org"),
        (
            (
                "a@bücher.example.eu",
                "a@BÜCHER.example.eu",
                "a@xn--bcher-kva.example.eu",
                "a@bu\u0308cher.example.eu",
            ),
            "a@xn--bcher-kva.example.eu",
        ),
        (("a@faß.example.eu", "a@xn--fa-hia.example.eu"), "a@xn--fa-hia.example.eu"),
        (("a@例え.example.eu", "a@xn--r8jz45g.example.eu"), "a@xn--r8jz45g.example.eu"),
        (("é@example.org", "e\u0301@example.org"), "é@example.org"),
    ],
)
def test_o_27_forms_of_one_address_are_mailed_alike_and_are_one_subscriber(
    forms: tuple[str, ...], email: str
) -> None:
    found = [normalise(form, allow_international=True) for form in forms]

    assert {each.email for each in found} == {email}
    assert len({each.key for each in found}) == 1
    assert [each.as_entered for each in found] == [form.strip() for form in forms]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A@example.org", "a@example.org"),
        ("Jane.Doe@example.org", "JANE.DOE@example.org"),
        ("straße@example.org", "STRASSE@example.org"),
        ("É@example.org", "é@example.org"),
    ],
)
def test_o_27_case_before_the_at_is_kept_for_sending_and_counts_for_nothing(one: str, other: str) -> None:
    first, second = (normalise(text, allow_international=True) for text in (one, other))

    assert (first.email, second.email) == (one, other)
    assert first.key == second.key


@pytest.mark.parametrize("other", ["a+x@example.org", "a+@example.org", "a.b@example.org", "a-x@example.org"])
def test_o_28_tags_and_dots_are_other_mailboxes(other: str) -> None:
    assert normalise(other).key != normalise("a@example.org").key


@pytest.mark.parametrize(
    ("text", "is_suspect"),
    [
        ("\u0430dmin@example.org", True),
        ("a@ex\u0430mple.org", True),
        ("a@xn--exmple-4nf.org", True),
        ("\u0440\u0430\u0443@example.org", True),
        ("a@\u0430\u0440\u0440\u04cf\u0435.example.eu", True),
        ("a\u03bfb@example.org", True),
        ("jörg@bücher.example.eu", False),
        ("иван@пример.example.eu", False),
        ("γιώργος@example.org", False),
        ("ひらがなカタカナ漢字@example.org", False),
        ("a@xn--bcher-kva.example.eu", False),
        ("a@example.org", False),
    ],
    ids=ascii,
)
def test_o_29_look_alikes_are_taken_and_flagged_and_shown_in_ascii(text: str, is_suspect: bool) -> None:
    address = normalise(text, allow_international=True)

    assert address.is_mixed_script is is_suspect
    assert address.email.rpartition("@")[2].isascii()


@pytest.mark.parametrize("text", ["jörg@example.org", "用户@example.org", "\u0430dmin@example.org"])
def test_o_29_without_smtputf8_letters_outside_ascii_before_the_at_are_refused(text: str) -> None:
    with pytest.raises(AddressError, match="outside ASCII before the @-sign") as caught:
        normalise(text)

    assert caught.value.reason == AddressReason.NOT_ASCII


@pytest.mark.parametrize(
    "role",
    [
        "abuse",
        "spam",
        "noreply",
        "no-reply",
        "no_reply",
        "no.reply",
        "do-not-reply",
        "do_not_reply",
        "do.not.reply",
        "mailer-daemon",
        "mailer_daemon",
        "MailerDaemon",
        "NoReply",
        "abuse+x",
    ],
)
def test_o_30_mailboxes_that_nobody_reads_are_refused(role: str) -> None:
    with pytest.raises(AddressError) as caught:
        normalise(f"{role}@example.org")

    assert caught.value.reason == AddressReason.ROLE


@pytest.mark.parametrize(
    "role",
    [
        "info",
        "office",
        "postmaster",
        "all",
        "webmaster",
        "support",
        "press",
        "abuser",
        "x+abuse",
        "no",
        "s.pam",
        "reply",
    ],
)
def test_o_30_mailboxes_that_teams_share_are_welcome(role: str) -> None:
    assert isinstance(normalise(f"{role}@example.org"), Address)
