"""Sending one issue: who sends it, what was left behind, and the record outside the database, around the loop."""

from contextlib import suppress

from newsletter.database import connected
from newsletter.delivery.doubts import doubt_dead, look_up
from newsletter.delivery.loop import Loop
from newsletter.delivery.post import Post
from newsletter.delivery.presence import present
from newsletter.delivery.providers.base import LookUp
from newsletter.errors import AccountError, OutcomeUnknownError, RefusedError, TemporaryError
from newsletter.issues.values import IssueState
from newsletter.storage import issues as issue_store
from newsletter.storage import keys, remaining
from newsletter.storage.issues import StoredIssue


def send_issue(post: Post) -> StoredIssue:
    """Send what is open of an issue until it is sent, paused or stopped; return it as it then stands.

    What dead senders left behind is settled first. Raises TemporaryError when the provider has taken nothing that
    is known for so long that a person should know; what is open stays queued.
    """
    number = post.issue.number
    with present(post.engine, post.locks_folder, number) as presence:
        doubt_dead(post.engine, number, post.locks_folder)
        proves = post.provider.capabilities.look_up
        if proves is LookUp.ABSENCE:
            look_up(post)
        is_sending = issue_store.get(post.engine, number).state is IssueState.SENDING
        if is_sending or keys.next_repeat(post.engine, number, now=post.clock()):
            # In this order: a journal that is ahead of the database means that a backup was restored.
            issue_store.mark_left(post.engine, number, post.provider.name)
            post.journal.append(post.issue.id, post.provider.name, post.clock())
            with connected(post.engine) as connection:
                Loop(post, presence, connection).run()
        if proves is LookUp.ACCEPTANCE and not keys.next_repeat(post.engine, number, now=post.clock()):
            # After the keys, which say more, and as late as can be: its log is behind. Another time is as good.
            with suppress(TemporaryError, AccountError, RefusedError, OutcomeUnknownError):
                look_up(post)
    remaining.finish_issue(post.engine, number, post.clock())
    return issue_store.get(post.engine, number)
