"""The courier: each mail that answers a request leaves once, with the right headers, and what became of it is told."""

from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from PIL import Image

from newsletter.app.courier import open_courier
from newsletter.app.project import Project
from newsletter.app.replies import subject_to_look_for
from newsletter.errors import NewsletterError
from newsletter.issues.values import IssueState
from newsletter.rendering.occasions import MailKind
from subscribers.mails import Outcome, Sent
from subscribers.requests import Kind
from tests.app.mailing import KEY, NOW, SETTINGS, TO, at, at_mail_server, clock, mail, project, written
from tests.command_line import Run
from tests.delivery.frozen_issue import add_readers, freeze
from tests.delivery.mail_server import Ledger, mail_server
from tests.stand_in.account import Account, running
from tests.stand_in.services import SERVICES
from tests.stand_in.values import Order, Refusal, Reply

every_kind = pytest.mark.parametrize("kind", Kind)


def test_there_is_a_mail_for_everything_that_can_be_asked_for() -> None:
    assert {kind.value for kind in MailKind} == {kind.value for kind in Kind}


@every_kind
def test_h_13_h_16_a_mail_has_the_headers_of_its_class_and_no_others(tmp_path: Path, kind: Kind) -> None:
    found = project(tmp_path)

    sent = open_courier(found, clock=clock).send(mail(kind))

    (message,) = written(found)
    assert sent == Sent(outcome=Outcome.ACCEPTED, message_id=message["Message-ID"])
    assert message["From"] == "Network <hello@example.org>"
    assert message["To"] == TO
    assert message["Reply-To"] == "editors@example.org"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Feedback-ID"] == f"_{kind}:en:transactional:ews-example-org"
    assert parsedate_to_datetime(message["Date"]) == NOW
    assert message["MIME-Version"] == "1.0"
    assert not [name for name in message if name.startswith("List-") or name == "Precedence"]


@every_kind
@pytest.mark.parametrize("lang", ["en", "fr", "de"])
def test_h_16_a_mail_is_a_message_without_a_defect(tmp_path: Path, kind: Kind, lang: str) -> None:
    found = project(tmp_path)

    open_courier(found, clock=clock).send(mail(kind, lang=lang))

    (path,) = (found.settings.var / "outbox").glob("*/*.eml")
    raw = path.read_bytes()
    message = BytesParser(policy=policy.SMTP).parsebytes(raw)
    assert [part.defects for part in message.walk() if part.defects] == []
    assert [header.defects for header in message.values() if header.defects] == []
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert raw.isascii()
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]


def test_the_message_id_is_the_same_at_each_try_and_another_for_another_mail(tmp_path: Path) -> None:
    found = project(tmp_path)
    courier = open_courier(found, clock=clock)

    first, again, other = (courier.send(each) for each in (mail(), mail(), mail(ref=b"another mail")))

    assert first == again
    assert other.message_id != first.message_id
    assert len(written(found)) == 2


@every_kind
def test_mails_lie_in_the_outbox_by_what_they_are(tmp_path: Path, kind: Kind) -> None:
    found = project(tmp_path)

    open_courier(found).send(mail(kind))

    (path,) = (found.settings.var / "outbox").rglob("*.eml")
    assert path.parent.name == f"_{kind}"


@pytest.mark.parametrize(
    "name", ['R&D "News", Bcc: a@example.org', "Réseau <b>", "新闻 – ❤️", "{x} {{y}} %recipient.x%"]
)
def test_h_15_no_name_makes_a_header_of_its_own(tmp_path: Path, name: str) -> None:
    plain, odd = tmp_path / "plain", tmp_path / "odd"
    plain.mkdir()
    odd.mkdir()
    settings = SETTINGS.replace('name = "Network Newsletter"', f"name = '{name}'", 1)
    settings = settings.replace('"Network <', '"', 2).replace('.org>"', '.org"')
    projects = project(plain), project(odd, base=settings)

    for found in projects:
        open_courier(found, clock=clock).send(mail())

    (usual,), (message,) = map(written, projects)
    assert message.keys() == usual.keys()
    assert message["From"].addresses[0].display_name == name
    assert name in message["Subject"]
    assert message["To"] == TO


def test_o_22_what_the_settings_do_not_know_is_not_in_the_mail(tmp_path: Path) -> None:
    found = project(tmp_path)

    open_courier(found).send(mail(digests=("<b>http://evil.example.org WIN</b>", "weekly")))

    (message,) = written(found)
    whole = "".join(str(part.get_content()) for part in message.walk() if not part.is_multipart())
    assert "Weekly digest" in whole
    assert "Monthly digest" not in whole
    assert "evil" not in whole
    assert TO not in whole


@pytest.mark.parametrize(
    ("lang", "words"), [("de", "Abonnement"), ("fr-BE", "abonnement"), ("pt", "subscription")]
)
def test_c_11_a_mail_is_in_the_readers_language_or_the_first(tmp_path: Path, lang: str, words: str) -> None:
    found = project(tmp_path)

    open_courier(found).send(mail(lang=lang))

    (message,) = written(found)
    assert words in message["Subject"]


def test_a_page_can_say_which_subject_to_look_for(tmp_path: Path) -> None:
    found = project(tmp_path)

    open_courier(found).send(mail(lang="de"))

    (message,) = written(found)
    assert message["Subject"] == subject_to_look_for(found, Kind.SIGN_UP, "de")


def test_the_logo_travels_inside_a_rehearsed_mail(tmp_path: Path) -> None:
    Image.new("RGB", (120, 40), "navy").save(tmp_path / "logo.png")
    found = project(tmp_path, '[theme]\nlogo = "logo.png"\n')

    open_courier(found).send(mail())

    (message,) = written(found)
    (picture,) = (part for part in message.walk() if part.get_content_maintype() == "image")
    html = message.get_body(("html",))
    assert html is not None
    assert f"cid:{picture['Content-ID'].strip('<>')}" in html.get_content()


def test_transactional_mail_leaves_by_the_provider_that_is_set_for_it(
    tmp_path: Path, postmark: Account
) -> None:
    keys = {"NEWSLETTER_TRANSACTIONAL__API_KEY": KEY}
    found = project(tmp_path, at("postmark", postmark.url, section="transactional"), environ=keys)

    open_courier(found).send(mail())

    assert postmark.accepted == {TO: 1}
    assert written(found) == []


def test_without_one_it_leaves_by_that_of_issues(tmp_path: Path, postmark: Account) -> None:
    found = project(tmp_path, at("postmark", postmark.url))

    sent = open_courier(found).send(mail())

    assert sent.outcome is Outcome.ACCEPTED
    assert sent.message_id == f"id of {TO}"
    assert [request.json[0]["MessageStream"] for request in postmark.requests] == ["outbound"]


def test_a_missing_key_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    found = project(tmp_path, '[transactional]\nname = "brevo"\n', environ={})

    with pytest.raises(NewsletterError, match="NEWSLETTER_TRANSACTIONAL__API_KEY"):
        open_courier(found)


@pytest.mark.parametrize(
    ("order", "sent"),
    [
        (Order(accepts=False, reply=Reply(401)), {"outcome": Outcome.LATER, "is_about_us": True}),
        (
            Order(accepts=False, reply=Reply(429, b"", {"Retry-After": "17"})),
            {"outcome": Outcome.LATER, "wait_s": 17.0, "is_about_us": False},
        ),
        (Order(accepts=False, reply=Reply(500)), {"outcome": Outcome.UNKNOWN, "is_about_us": False}),
        (Order(cuts=True), {"outcome": Outcome.UNKNOWN, "is_about_us": False}),
    ],
)
def test_what_became_of_a_mail_is_told_as_the_answer_proves(
    tmp_path: Path, postmark: Account, order: Order, sent: dict[str, object]
) -> None:
    courier = open_courier(project(tmp_path, at("postmark", postmark.url)))
    postmark.orders.append(order)

    answer = courier.send(mail())

    assert {name: getattr(answer, name) for name in sent} == sent
    assert answer.message_id == ""
    assert answer.words != ""
    assert KEY not in repr((answer, courier))


def test_a_courier_goes_on_after_a_failure_and_after_it_was_closed(tmp_path: Path, postmark: Account) -> None:
    courier = open_courier(project(tmp_path, at("postmark", postmark.url)))
    postmark.orders.append(Order(accepts=False, cuts=True))

    outcomes = [courier.send(mail()).outcome]
    outcomes.append(courier.send(mail()).outcome)
    courier.close()
    outcomes.append(courier.send(mail(ref=b"another mail")).outcome)

    assert outcomes == [Outcome.UNKNOWN, Outcome.ACCEPTED, Outcome.ACCEPTED]


def test_an_address_that_gets_no_mail_is_refused_with_the_providers_words(
    tmp_path: Path, postmark: Account
) -> None:
    postmark.refusals[TO] = Refusal(words="This address is inactive.")

    answer = open_courier(project(tmp_path, at("postmark", postmark.url))).send(mail())

    assert answer.outcome is Outcome.REFUSED
    assert "inactive" in answer.words


def test_a_courier_shows_no_token_and_no_address(tmp_path: Path) -> None:
    with mail_server(Ledger()) as port:
        courier = open_courier(project(tmp_path, at_mail_server(port)))
        answer = courier.send(mail())
        shown = repr((courier, answer, mail()))
        courier.close()

    assert answer.outcome is Outcome.ACCEPTED
    assert "Zk3yId" not in shown
    assert TO not in shown


def test_a_mail_server_that_is_not_there_is_tried_later(tmp_path: Path) -> None:
    with mail_server(Ledger()) as port:
        pass

    answer = open_courier(project(tmp_path, at_mail_server(port))).send(mail())

    assert (answer.outcome, answer.is_about_us) == (Outcome.LATER, False)


@pytest.mark.parametrize("service", ["resend", "brevo"])
def test_a_mail_whose_answer_was_lost_goes_again_under_its_key_and_arrives_once(
    tmp_path: Path, service: str
) -> None:
    with running(SERVICES[service]()) as account:
        account.orders.append(Order(cuts=True))
        courier = open_courier(project(tmp_path, at(service, account.url)))

        outcomes = [courier.send(mail()).outcome, courier.send(mail()).outcome]
        other = courier.send(mail(ref=b"another mail")).outcome

    assert [*outcomes, other] == [Outcome.UNKNOWN, Outcome.ACCEPTED, Outcome.ACCEPTED]
    assert account.accepted == {TO: 2}


def test_a_mistake_in_a_template_of_the_projects_keeps_the_mail_for_later_and_is_told(tmp_path: Path) -> None:
    found = project(tmp_path)
    (tmp_path / "templates" / "email").mkdir(parents=True)
    (tmp_path / "templates" / "email" / "aside.mjml").write_text("{{ nothing }}")

    answer = open_courier(found).send(mail())

    assert (answer.outcome, answer.is_about_us) == (Outcome.LATER, True)
    assert answer.words.startswith("templates/email/aside.mjml:1: there is no `nothing` here")
    assert written(found) == []


def readable(found: Project) -> None:
    """Let an issue of the monthly digest be under way."""
    add_readers(found.engine, 1)
    assert freeze(found.engine).state is IssueState.SENDING


def test_p_04_a_welcome_leads_to_the_latest_issue_of_its_digests(tmp_path: Path, database: str) -> None:
    found = project(tmp_path, f'[database]\nurl = "{database}"\n')
    courier = open_courier(found)
    courier.send(mail(Kind.WELCOME))
    readable(found)

    courier.send(mail(Kind.WELCOME, ref=b"now there is one", lang="fr"))
    courier.send(mail(Kind.WELCOME, ref=b"of another digest", digests=("weekly",)))

    texts = {message["Message-ID"]: text_of(message) for message in written(found)}
    link = "https://news.example.org/issues/monthly-2026-11?lang=fr"
    assert [message for message, text in texts.items() if "/issues/" in text] == [
        f"<_welcome.{b'now there is one'.hex()}@example.org>"
    ]
    assert sum(link in text for text in texts.values()) == 1


@pytest.mark.parametrize(("archive", "is_there"), [("unlisted", True), ("off", False)])
def test_a_welcome_leads_to_no_archive_that_is_off(tmp_path: Path, archive: str, is_there: bool) -> None:
    found = project(tmp_path, f'[site]\narchive = "{archive}"\n')
    readable(found)

    open_courier(found).send(mail(Kind.WELCOME))

    (message,) = written(found)
    assert ("/issues/" in text_of(message)) is is_there


def text_of(message: EmailMessage) -> str:
    """Return the plain-text part of *message*."""
    part = message.get_body(("plain",))
    assert part is not None
    text: str = part.get_content()
    return text


def test_editors_see_every_mail_in_every_language(run: Run, sample: Path) -> None:
    shown = run("mails", "-o", str(sample / "seen"), at=sample)

    assert shown.status == 0
    paths = [Path(line) for line in shown.out.splitlines()]
    assert {path.relative_to(sample / "seen") for path in paths} == {
        Path(lang, f"{kind}.html") for lang in ("en", "fr") for kind in Kind
    }
    assert all(path.with_suffix(suffix).is_file() for path in paths for suffix in (".html", ".txt", ".eml"))
    assert not (sample / "var" / "outbox").exists()
