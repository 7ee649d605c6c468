"""What people are told of: in which words, which of them, and what they can do. docs/telling.md has the same table."""

from dataclasses import dataclass
from enum import StrEnum

from newsletter.app.gateways import REMEDY


class Audience(StrEnum):
    """Who is told; without any of the one kind, those of the other are."""

    EDITORS = "editors"
    OPERATORS = "operators"


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """Something that may be wrong, or worth knowing."""

    name: str
    audience: Audience
    #: The subject; `{about}` is an issue, a domain, a job.
    title: str
    #: What to do; the same `{about}`.
    remedy: str
    #: The command and the URL of [alerts] are called at once, besides the mail.
    is_urgent: bool = False
    #: It lasts until it is over, which is told too.
    is_incident: bool = True


_EDITORS, _OPERATORS = Audience.EDITORS, Audience.OPERATORS

DATABASE = Matter(
    name="database",
    audience=_OPERATORS,
    title="The database cannot be used",
    remedy="Nothing is sent meanwhile, and nothing is lost. It goes on by itself when the database is there again.",
    is_urgent=True,
)
DISK = Matter(
    name="disk",
    audience=_OPERATORS,
    title="The disk is almost full",
    remedy="Make room there: a full disk stops sign-ups and sending.",
    is_urgent=True,
)
PROVIDER = Matter(
    name="provider",
    audience=_OPERATORS,
    title="The e-mail service takes nothing of {about}",
    remedy="It is tried again by itself. Look at the service's own status page; newsletter doctor asks it now.",
    is_urgent=True,
)
STOPPED = Matter(
    name="stopped",
    audience=_OPERATORS,
    title="{about} stopped by itself",
    remedy=(
        "newsletter status {about} shows how it stands. newsletter resume {about} lets it go on once the cause is mended, "
        "newsletter cancel {about} ends it."
    ),
    is_urgent=True,
)
TRANSACTIONAL = Matter(
    name="transactional",
    audience=_OPERATORS,
    title="Confirmations wait",
    remedy=(
        "Who signs up gets no mail meanwhile. It is tried again by itself; newsletter doctor asks the e-mail service of "
        "[transactional], or else of [provider], now."
    ),
    is_urgent=True,
)
LAPSED = Matter(
    name="lapsed",
    audience=_OPERATORS,
    title="Sign-ups lapsed without a mail",
    remedy=(
        "They waited for six hours, because the e-mail service took nothing, or because [limits] kept them: many at once may "
        "be an attack. Honest readers have to sign up again."
    ),
)
KEYS = Matter(
    name="keys",
    audience=_OPERATORS,
    title="A key is missing",
    remedy="Put it back where it was, in .env or the environment, and start the processes again. Nothing is sent meanwhile.",
    is_urgent=True,
)
RESTORED = Matter(
    name="restored",
    audience=_OPERATORS,
    title="An older backup seems to have been restored",
    remedy="Nothing is sent until a person decides: newsletter release --restored",
)
BOUNCES = Matter(
    name="bounces",
    audience=_OPERATORS,
    title="Bounces of {about} are held",
    remedy=(
        "Their server may be in disorder, so nobody is suppressed. Ask there. If the addresses are really gone: "
        "newsletter release --bounces {about}"
    ),
)
DOUBTS = Matter(
    name="doubts",
    audience=_OPERATORS,
    title="Readers of {about} are in doubt",
    remedy=(
        "Nobody knows whether they got it, and nothing is sent to them twice by itself. Decide with: "
        "newsletter resolve {about} --unknown resend, or --unknown leave."
    ),
)
JOB = Matter(
    name="job",
    audience=_OPERATORS,
    title="The scheduler's job {about} fails",
    remedy="It is tried again by itself, and hurts no other job. The scheduler's log has more.",
)
OVERDUE = Matter(
    name="overdue",
    audience=_OPERATORS,
    title="The scheduler's job {about} hangs",
    remedy="The site's /healthz says so too. Look at the scheduler's log, and start it again: whatever is cut off goes on.",
    # What hangs may be what mails.
    is_urgent=True,
)
INTEGRITY = Matter(
    name="integrity",
    audience=_OPERATORS,
    title="The database fails its check",
    remedy="What is damaged may be read, and sent, wrongly, so act soon. It is checked again every ten minutes until it is whole.",
    is_urgent=True,
)
PUT_BACK = Matter(
    name="put-back",
    audience=_OPERATORS,
    title="The database is an older one",
    remedy=(
        "newsletter issues lists what is held: newsletter send ISSUE lets one go, newsletter cancel ISSUE ends it. The next "
        "time, use newsletter restore: who left or was erased since then stays so."
    ),
    is_incident=False,
)
GATEWAY = Matter(
    name="gateway",
    audience=_OPERATORS,
    title="A mail server seems to click links: {about}",
    remedy=REMEDY,
    is_incident=False,
)
HELD = Matter(
    name="held",
    audience=_EDITORS,
    title="{about} is held",
    remedy=(
        "newsletter check {about} shows what is wrong, newsletter send {about} sends it, newsletter cancel {about} ends it. "
        "If nobody decides, the next issue takes its items over."
    ),
)
CONTENT = Matter(
    name="content",
    audience=_EDITORS,
    title="The content cannot be brought or read",
    remedy="Issues that are due meanwhile are held. It is tried again by itself.",
)
SKIPPED = Matter(
    name="skipped",
    audience=_EDITORS,
    title="{about} is skipped",
    remedy="What there is waits for the next issue. newsletter send {about} sends it all the same.",
    is_incident=False,
)
OVERTAKEN = Matter(
    name="overtaken",
    audience=_EDITORS,
    title="Issues were missed: {about}",
    remedy="The scheduler was not running when they were due. Nothing of them is lost.",
    is_incident=False,
)
PASSED_OVER = Matter(
    name="passed-over",
    audience=_EDITORS,
    title="{about} does not go out by itself",
    remedy="newsletter send {about} sends it; otherwise its items are in the next issue.",
    is_incident=False,
)
PREVIEW = Matter(
    name="preview",
    audience=_EDITORS,
    title="Preview of {about}",
    remedy=(
        "newsletter approve {about} approves it as it is, newsletter hold {about} --reason TEXT stops it, newsletter draft {about} "
        "writes the file in which everything about it can be changed."
    ),
    is_incident=False,
)
REMINDER = Matter(
    name="reminder",
    audience=_EDITORS,
    title="{about} waits for your approval",
    remedy="Approve it with: newsletter approve {about}. Without an approval it is held when it is due.",
    is_incident=False,
)
LATECOMER = Matter(
    name="latecomer",
    audience=_EDITORS,
    title="An item came after the approval: {about}",
    remedy="It waits for the next issue. To have it in this one, add it to `items` in the issue file and approve it again.",
    is_incident=False,
)
REPORT = Matter(
    name="report",
    audience=_EDITORS,
    title="What became of {about}",
    remedy="newsletter status {about} shows how it stands now.",
    is_incident=False,
)

MATTERS = (
    DATABASE,
    DISK,
    PROVIDER,
    STOPPED,
    TRANSACTIONAL,
    LAPSED,
    KEYS,
    RESTORED,
    BOUNCES,
    DOUBTS,
    JOB,
    OVERDUE,
    INTEGRITY,
    HELD,
    CONTENT,
    GATEWAY,
    PUT_BACK,
    SKIPPED,
    OVERTAKEN,
    PASSED_OVER,
    PREVIEW,
    REMINDER,
    LATECOMER,
    REPORT,
)
