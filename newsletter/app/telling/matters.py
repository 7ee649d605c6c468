"""What people are told of: in which words, which of them, and what they can do. docs/telling.md has the same table."""

from dataclasses import dataclass
from enum import StrEnum

from newsletter.app.gateways import REMEDY


class Audience(StrEnum):
    """Who is told; without any of the one kind, those of the other are."""

    EDITORS = "editors"
    OPERATORS = "operators"


@dataclass(frozen=True, slots=True)
class Step:
    """Something that a person can do: what for, and what to type; `{about}` and `{issue}` as in a matter."""

    label: str
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """Something that may be wrong, or worth knowing."""

    name: str
    audience: Audience
    #: The subject; `{about}` is an issue, a domain, a job.
    title: str
    #: What comes of it, and what to do that is no command; the same `{about}`.
    remedy: str
    steps: tuple[Step, ...] = ()
    #: The command and the URL of [alerts] are called at once, besides the mail.
    is_urgent: bool = False
    #: It lasts until it is over, which is told too.
    is_incident: bool = True


_EDITORS, _OPERATORS = Audience.EDITORS, Audience.OPERATORS
_DOCTOR = Step("See what else is wrong", "newsletter doctor")

CHECK = Step("See what is wrong", "newsletter check {issue}")
APPROVE = Step("Approve it as it is", "newsletter approve {issue}")
HOLD = Step("Stop it, and say why", 'newsletter hold {issue} --reason "TEXT"')
DRAFT = Step("Write its file, with all that is in it now", "newsletter draft {issue}")
RELEASE = Step("Take the hold back", "newsletter release {issue}")
SEND = Step("Send it now", "newsletter send {issue}")
CANCEL = Step("End it; its items wait for the next issue", "newsletter cancel {issue}")

DATABASE = Matter(
    name="database",
    audience=_OPERATORS,
    title="The database cannot be used",
    remedy=(
        "Nothing is sent meanwhile. Where it stopped, it goes on by itself when the database is there again. Before a backup "
        "is brought back, stop the site and the scheduler."
    ),
    steps=(_DOCTOR, Step("Bring a backup back", "newsletter restore FILE")),
    is_urgent=True,
)
DISK = Matter(
    name="disk",
    audience=_OPERATORS,
    title="The disk is almost full",
    remedy=(
        "Make room there: a full disk stops sign-ups and sending. Of what lies in var/, only cache and outbox may be deleted. "
        "It goes on by itself when there is room."
    ),
    is_urgent=True,
)
PROVIDER = Matter(
    name="provider",
    audience=_OPERATORS,
    title="The e-mail service takes nothing of {about}",
    remedy="It is tried again by itself, and no reader is forgotten. Look at the service's own status page, too.",
    steps=(
        Step("Ask the service now", "newsletter doctor"),
        Step("See how the issue stands", "newsletter status {issue}"),
    ),
    is_urgent=True,
)
STOPPED = Matter(
    name="stopped",
    audience=_OPERATORS,
    title="{about} stopped by itself",
    remedy="Nothing more of it leaves before a person decides.",
    steps=(
        Step("See how it stands", "newsletter status {issue}"),
        Step("Let it go on, once the cause is mended", "newsletter resume {issue}"),
        Step("End it; whoever has not got it does not get it", "newsletter cancel {issue}"),
    ),
    is_urgent=True,
)
TRANSACTIONAL = Matter(
    name="transactional",
    audience=_OPERATORS,
    title="Confirmations wait",
    remedy="Who signs up gets no mail meanwhile. It is tried again by itself, for six hours.",
    steps=(Step("Ask the service of [transactional], or else of [provider], now", "newsletter doctor"),),
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
    steps=(Step("See what keeps mails waiting", "newsletter doctor"),),
)
KEYS = Matter(
    name="keys",
    audience=_OPERATORS,
    title="A key is missing",
    remedy=(
        "Nothing is sent meanwhile. Put the same key back where it was, in .env or the environment, and start the site and the "
        "scheduler again. A new one is no help: no link in a mail that went out would work with it, and who was erased "
        "would not be known."
    ),
    steps=(Step("See whether all keys are there", "newsletter doctor"),),
    is_urgent=True,
)
RESTORED = Matter(
    name="restored",
    audience=_OPERATORS,
    title="An older backup seems to have been restored",
    remedy="Nothing is sent before a person decides.",
    steps=(
        Step(
            "Let what left count as sent; readers without an outcome are then in doubt",
            "newsletter release --restored",
        ),
    ),
)
BOUNCES = Matter(
    name="bounces",
    audience=_OPERATORS,
    title="Bounces of {about} are held",
    remedy="Their server may be in disorder, so nobody is suppressed. Ask its postmaster.",
    steps=(Step("If the addresses are really gone", "newsletter release --bounces {about}"),),
)
DOUBTS = Matter(
    name="doubts",
    audience=_OPERATORS,
    title="Readers of {about} are in doubt",
    remedy="Nobody knows whether they got it, and nothing is sent to them twice by itself.",
    steps=(
        Step("See who they are", "newsletter resolve {issue}"),
        Step("Send it to them again; some may get it twice", "newsletter resolve {issue} --unknown resend"),
        Step("Leave them without it", "newsletter resolve {issue} --unknown leave"),
    ),
)
JOB = Matter(
    name="job",
    audience=_OPERATORS,
    title="The scheduler's job {about} fails",
    remedy="It is tried again by itself, and hurts no other job. The scheduler's log has more; scheduler.py says what the job is for.",
    steps=(_DOCTOR,),
)
OVERDUE = Matter(
    name="overdue",
    audience=_OPERATORS,
    title="The scheduler's job {about} hangs",
    remedy=(
        "The site's /healthz says so too. Look at the scheduler's log, and start the scheduler again: whatever is cut off goes on. "
        "scheduler.py says what the job is for."
    ),
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
        "Who left since is not known any more, and gets the next issue unless you unsubscribe them. The next time, let "
        "`newsletter restore` bring a backup back: then who left or was erased stays so."
    ),
    steps=(
        Step("Erase again who was erased since, before anything is sent", "newsletter restore --replay"),
        Step("See what is held", "newsletter issues"),
        Step("Send one that is held", "newsletter send ISSUE"),
        Step("End one", "newsletter cancel ISSUE"),
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
    remedy="If nobody decides, the next issue takes its items over.",
    # Those that help, by why it is held.
    steps=(CHECK, RELEASE, APPROVE, SEND, CANCEL),
)
CONTENT = Matter(
    name="content",
    audience=_EDITORS,
    title="The content cannot be brought or read",
    remedy="Issues that are due meanwhile are held. It is tried again by itself.",
    steps=(Step("See what is wrong with the files that are there", "newsletter items"),),
)
SKIPPED = Matter(
    name="skipped",
    audience=_EDITORS,
    title="{about} is skipped",
    remedy="Its items wait for the next issue.",
    # Those that help, by why it is skipped.
    steps=(APPROVE, SEND),
    is_incident=False,
)
OVERTAKEN = Matter(
    name="overtaken",
    audience=_EDITORS,
    title="Issues were missed: {about}",
    remedy="The scheduler was not running when they were due. Nothing of them is lost.",
    steps=(Step("See every issue, and what became of it", "newsletter issues"),),
    is_incident=False,
)
PASSED_OVER = Matter(
    name="passed-over",
    audience=_EDITORS,
    title="{about} does not go out by itself",
    remedy="Unless somebody sends it, its items are in the next issue.",
    steps=(SEND,),
    is_incident=False,
)
PREVIEW = Matter(
    name="preview",
    audience=_EDITORS,
    title="Preview of {about}",
    remedy="",
    # Those that help, as it stands.
    steps=(CHECK, APPROVE, HOLD, DRAFT),
    is_incident=False,
)
REMINDER = Matter(
    name="reminder",
    audience=_EDITORS,
    title="{about} waits for your approval",
    remedy="Without an approval it is held when it is due.",
    steps=(CHECK, APPROVE),
    is_incident=False,
)
LATECOMER = Matter(
    name="latecomer",
    audience=_EDITORS,
    title="An item came after the approval: {about}",
    remedy="It waits for the next issue. To have it in this one, add it to `items` in the issue file first.",
    steps=(Step("Approve the issue again", APPROVE.command),),
    is_incident=False,
)
REPORT = Matter(
    name="report",
    audience=_EDITORS,
    title="What became of {about}",
    remedy="",
    steps=(Step("See how it stands now", "newsletter status {issue}"),),
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
