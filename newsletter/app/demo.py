"""The main job in one go, in a new temporary project: what `newsletter demo` shows to a newcomer."""

import shutil
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from newsletter.app import outlook, sending
from newsletter.app.building import build
from newsletter.app.desk import Desk
from newsletter.app.layout import lay_out
from newsletter.app.project import Project
from newsletter.app.readers import import_readers, import_rules
from newsletter.settings import read_settings

#: Three readers who differ in language and in topics.
READERS = """\
email,lang,topics
everything@example.org,en,
evidence@example.org,en,evidence
lectrice@example.org,fr,ai;green
"""

Say = Callable[[str], None]


def reopen(folder: Path) -> Project:
    """Return the project in *folder*: whatever the environment says, a demonstration mails nobody."""
    return Project(read_settings(folder, environ={}))


def run(say: Say) -> Path:
    """Lay out the sample, collect, build, import three readers, send to the outbox, say where everything is.

    Returns the project folder.
    """
    folder = Path(tempfile.mkdtemp(prefix="newsletter-demo-")) / "newsletter"
    now = datetime.now(UTC)
    lay_out(folder, today=now.date())
    project = reopen(folder)
    say(f"1. A sample project:  {folder}")
    desk = Desk(project, now)
    say(f"2. Collected:         {len(desk.collection.items)} files of news and events, in English and French")
    plan = desk.plan(is_early=True)
    built = build(desk, plan.issue.id, project.settings.var / "build")
    say(
        f"3. Built:             {plan.issue.id}, {len(plan.issue.stories)} items: {built.edition.rendered.subject}"
    )
    _subscribe(project, now)
    say("4. Readers:           3, of two languages and different topics")
    begun = outlook.look_ahead(project, plan.issue.id, now).begin(now)
    stored = sending.go_on(project, begun, stop=Event())
    mails = sorted((project.settings.var / "outbox" / stored.id).glob("*.eml"))
    say(f"5. Sent:              {len(mails)} mails to the outbox (a rehearsal: nothing left this machine)")
    say("")
    say("Open a mail:          " + str(mails[0]))
    for mail in mails[1:]:
        say("                      " + str(mail))
    say(f"The web version:      {built.folder / 'index.html'}")
    say("")
    program = "newsletter" if shutil.which("newsletter") else str(Path(sys.argv[0]).resolve())
    say(f"Try next:             cd {folder}")
    say(f'                      {program} new news "My first item"')
    say(f"                      {program} check")
    say(f"                      {program} preview")
    say(f"                      {program} --help")
    return folder


def _subscribe(project: Project, now: datetime) -> None:
    project.settings.var.mkdir(exist_ok=True)
    path = project.settings.var / "readers.csv"
    path.write_text(READERS, encoding="utf-8")
    rules = import_rules(project, is_confirmed=True, evidence="Invented readers of the demo")
    import_readers(project, [path], rules, now=now)
