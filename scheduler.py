"""The timetable: what happens, and when.

    python scheduler.py                       run until stopped
    python scheduler.py --once                do everything that is due, and stop (for cron and systemd timers)
    python scheduler.py --once --now TIME     the same at another time, to try a calendar (rehearsals only)

The clock only ticks; the database says what is due. A missed tick is made up for by the next one, two schedulers share
the work without doing any of it twice, and whatever is killed goes on where it stopped. A job that fails hurts no other;
one past its limit is said at /healthz. They stand in the order of a day: `--once` runs them so.
"""

from newsletter.app import jobs
from newsletter.app.timetable import MONTHLY, NIGHTLY, WEEKLY, Job, every, main

JOBS = (
    # Whoever watches us sees that we live, here and at `heartbeat_url`.
    Job(jobs.be_seen, every(minutes=1), limit_s=30, needs_database=False),
    # Editors see what lies ahead, with what is wrong and left out, and are reminded of what waits for them.
    Job(jobs.look_ahead, every(minutes=10), limit_s=600),
    # An issue that is due goes, or is held or skipped.
    Job(jobs.publish_what_is_due, every(minutes=1), limit_s=900),
    # Issues that were begun go on, each in a thread of its own; also those that a crash or a retry stopped.
    Job(jobs.go_on_with_begun_issues, every(minutes=1), limit_s=900),
    # Who is in doubt: events first, then the provider is asked.
    Job(jobs.draw_consequences, every(minutes=1), limit_s=300),
    Job(jobs.ask_about_doubts, every(minutes=10), limit_s=3_600),
    # Confirmations, links to personal data: whoever asked on the site waits for the mail.
    Job(jobs.answer_requests, every(seconds=2), limit_s=300),
    # A day later the editors hear what became of an issue.
    Job(jobs.report_on_sent_issues, every(minutes=10), limit_s=120),
    # At night the consents are sealed, and what is no longer needed goes: profiles of who left, addresses of old requests.
    Job(jobs.forget_networks, every(minutes=10), limit_s=120),
    Job(jobs.seal_consents, NIGHTLY, limit_s=600),
    Job(jobs.remove_what_is_over, NIGHTLY, limit_s=3_600),
    # The database is kept small, quick and whole.
    Job(jobs.checkpoint, NIGHTLY, limit_s=300),
    Job(jobs.analyse, WEEKLY, limit_s=600),
    Job(jobs.check_integrity, MONTHLY, limit_s=3_600),
    # Last, so that a single run tells what it found: what is wrong, once, and once when it is over.
    Job(jobs.notice_what_is_wrong, every(minutes=1), limit_s=60, needs_database=False),
    Job(jobs.mail_notices, every(minutes=1), limit_s=300),
)

if __name__ == "__main__":
    main(JOBS)
