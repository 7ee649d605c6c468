"""What each mail to one person says."""

from newsletter.rendering.manuscript import Link
from newsletter.rendering.occasions import Aside, MailKind, Note, Occasion
from newsletter.rendering.values import slot_of
from newsletter.rendering.words.dates import direction_of
from newsletter.rendering.words.texts import Texts
from newsletter.rendering.words.typography import bound, bound_headline


def subject_of(kind: MailKind, newsletter: str, texts: Texts) -> str:
    """Return the subject of a mail of *kind*, also for the pages that say which mail to look for."""
    gettext = texts.gettext
    match kind:
        case MailKind.SIGN_UP:
            return gettext("Please confirm your subscription to {newsletter}", newsletter=newsletter)
        case MailKind.INVITATION:
            return gettext("Please confirm that you want {newsletter}", newsletter=newsletter)
        case MailKind.WELCOME:
            return gettext("Welcome to {newsletter}", newsletter=newsletter)
        case MailKind.MANAGE:
            return gettext("Your data at {newsletter}", newsletter=newsletter)
        case MailKind.NEW_ADDRESS:
            return gettext("Please confirm your new address for {newsletter}", newsletter=newsletter)
        case MailKind.ADDRESS_CHANGED:
            return gettext("Your address for {newsletter} was changed", newsletter=newsletter)


def note_of(occasion: Occasion, newsletter: str, texts: Texts) -> Note:
    """Return the mail for *occasion* in the language of *texts*."""
    return Note(
        kind=occasion.kind,
        lang=occasion.lang,
        dir=direction_of(occasion.lang),
        subject=subject_of(occasion.kind, newsletter, texts),
        preheader=_preheader(occasion, texts),
        title=bound_headline(_title(occasion.kind, texts)),
        text=bound(_text(occasion.kind, newsletter, texts)),
        digests=tuple(bound(texts.known(digest)) for digest in occasion.digests),
        button=_button(occasion, texts),
        remark=bound(_remark(occasion, texts)),
        aside=_aside(occasion, texts),
        block=_link("block", texts.gettext("Never mail this address again"))
        if "block" in occasion.links
        else None,
    )


def _hours(occasion: Occasion) -> int:
    return int(occasion.works_for.total_seconds()) // 3600


def _minutes(occasion: Occasion) -> int:
    return int(occasion.works_for.total_seconds()) // 60


def _link(name: str, text: str) -> Link:
    return Link(url=slot_of(name), text=bound(text))


def _preheader(occasion: Occasion, texts: Texts) -> str:
    gettext = texts.gettext
    match occasion.kind:
        case MailKind.SIGN_UP | MailKind.NEW_ADDRESS:
            return gettext(
                "One click is missing, within {hours} hours. If this was not you, do nothing.",
                hours=_hours(occasion),
            )
        case MailKind.INVITATION:
            return gettext(
                "You are on our list of readers. You get nothing more unless you confirm within {hours} hours.",
                hours=_hours(occasion),
            )
        case MailKind.WELCOME:
            return gettext("Your subscription is confirmed. Here is what you get, and how to change it.")
        case MailKind.MANAGE:
            return gettext(
                "Here is the link that you asked for. It works for {minutes} minutes.",
                minutes=_minutes(occasion),
            )
        case MailKind.ADDRESS_CHANGED:
            return gettext("Nothing more is sent to this address. If this was not you, please write to us.")


def _title(kind: MailKind, texts: Texts) -> str:
    gettext = texts.gettext
    match kind:
        case MailKind.SIGN_UP:
            return gettext("Please confirm your subscription")
        case MailKind.INVITATION:
            return gettext("Do you want this newsletter?")
        case MailKind.WELCOME:
            return gettext("Your subscription is confirmed")
        case MailKind.MANAGE:
            return gettext("See, change or erase your data")
        case MailKind.NEW_ADDRESS:
            return gettext("Please confirm your new address")
        case MailKind.ADDRESS_CHANGED:
            return gettext("Your address was changed")


def _text(kind: MailKind, newsletter: str, texts: Texts) -> str:
    gettext = texts.gettext
    match kind:
        case MailKind.SIGN_UP:
            return gettext(
                "Somebody, hopefully you, asked for {newsletter} to be sent to this address.",
                newsletter=newsletter,
            )
        case MailKind.INVITATION:
            return gettext(
                "This address is on our list of readers of {newsletter}. We write only to those who told us themselves "
                "that they want it, so please confirm it once.",
                newsletter=newsletter,
            )
        case MailKind.WELCOME:
            return gettext(
                "Thank you. From now on {newsletter} is sent to this address.", newsletter=newsletter
            )
        case MailKind.MANAGE:
            return gettext(
                "Somebody, hopefully you, asked for a link to what {newsletter} holds about this address. On that page "
                "you can see and save it, change the address, or have everything erased.",
                newsletter=newsletter,
            )
        case MailKind.NEW_ADDRESS:
            return gettext(
                "Somebody, hopefully you, wants {newsletter} to be sent to this address in place of another.",
                newsletter=newsletter,
            )
        case MailKind.ADDRESS_CHANGED:
            return gettext(
                "Somebody, hopefully you, changed the address for {newsletter}. It is sent to the new one from now on, "
                "and no longer to this one.",
                newsletter=newsletter,
            )


def _button(occasion: Occasion, texts: Texts) -> Link | None:
    match occasion.kind:
        case MailKind.SIGN_UP | MailKind.INVITATION:
            return _link("confirm", texts.gettext("Confirm the subscription"))
        case MailKind.NEW_ADDRESS:
            return _link("confirm", texts.gettext("Confirm the new address"))
        case MailKind.MANAGE:
            return _link("manage", texts.gettext("Open the page with your data"))
        case MailKind.WELCOME if occasion.latest_url:
            return Link(url=occasion.latest_url, text=bound(texts.gettext("Read the latest issue")))
        case MailKind.WELCOME | MailKind.ADDRESS_CHANGED:
            return None


def _remark(occasion: Occasion, texts: Texts) -> str:
    match occasion.kind:
        case MailKind.SIGN_UP | MailKind.INVITATION | MailKind.NEW_ADDRESS:
            return texts.gettext(
                "The link opens a page on which you confirm. It works for {hours} hours.",
                hours=_hours(occasion),
            )
        case MailKind.MANAGE:
            return texts.gettext(
                "The link works for {minutes} minutes, for everybody who has it: please do not forward this mail.",
                minutes=_minutes(occasion),
            )
        case MailKind.WELCOME | MailKind.ADDRESS_CHANGED:
            return ""


def _aside(occasion: Occasion, texts: Texts) -> Aside:
    gettext = texts.gettext
    was_not_you = bound(gettext("Was this not you?"))
    match occasion.kind:
        case MailKind.SIGN_UP | MailKind.NEW_ADDRESS:
            return Aside(
                title=was_not_you,
                text=bound(gettext("Then ignore this mail: unless you confirm, nothing else is sent.")),
            )
        case MailKind.INVITATION:
            return Aside(
                title=bound(gettext("You do not want it?")),
                text=bound(gettext("Then ignore this mail: unless you confirm, nothing else is sent.")),
            )
        case MailKind.WELCOME:
            return Aside(
                title=bound(gettext("You can change your mind at any time")),
                text=bound(gettext("Every issue ends with these two links as well.")),
                links=(
                    _link("preferences", gettext("Change topics, language or frequency")),
                    _link("unsubscribe", gettext("Unsubscribe")),
                ),
            )
        case MailKind.MANAGE:
            return Aside(
                title=was_not_you,
                text=bound(
                    gettext(
                        "Then ignore this mail: only this address has got the link, and nothing has changed."
                    )
                ),
            )
        case MailKind.ADDRESS_CHANGED:
            return Aside(
                title=was_not_you,
                text=bound(gettext("Then please write to us at once:")),
                links=(Link(url=f"mailto:{occasion.contact}", text=occasion.contact),),
            )
