"""The timetable: what happens, and when.

    python scheduler.py            run until stopped
    python scheduler.py --once     do everything that is due, and stop (for cron and systemd timers)

The clock only ticks; the database says what is due. A missed tick is made up for by the next one, and two
schedulers share the work without doing any of it twice.
"""

from newsletter.app import jobs
from newsletter.app.timetable import Job, main

JOBS = (
    # Whoever watches sees that we live, here and at `heartbeat_url`.
    Job(jobs.show_that_it_is_at_work, every_s=60),
    # Confirmations, links to personal data: whoever asked on the site waits for the mail.
    Job(jobs.answer_requests, every_s=2),
    # Editors see what lies ahead, with what is wrong and left out, and are reminded of what waits for them.
    Job(jobs.look_ahead, every_s=600),
    # An issue that is due goes, or is held or skipped.
    Job(jobs.publish_what_is_due, every_s=60),
    # Issues that were begun and stopped, by a crash, a pause or a retry that came due, go on.
    Job(jobs.go_on_with_begun_issues, every_s=60),
    # Whom the provider knows by now is no longer in doubt.
    Job(jobs.ask_about_doubts, every_s=600),
    # Once a night, whatever is no longer needed goes: profiles of who left, addresses of old requests, words of providers.
    Job(jobs.keep_no_longer_than_needed, every_s=600),
    # A day later the editors hear what became of an issue.
    Job(jobs.report_on_sent_issues, every_s=600),
    # Last, so that a single run tells what it found: what is wrong, once, and once when it is over.
    Job(jobs.notice_what_is_wrong, every_s=60),
    Job(jobs.mail_notices, every_s=60),
)

if __name__ == "__main__":
    main(JOBS)
