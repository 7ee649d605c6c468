"""An editor's decisions on one issue, written into its file by a command: hold, release, unapprove."""

from newsletter.errors import IssueError
from newsletter.issues.file.editing import remove_field, scalar, set_field


def hold(data: bytes, reason: str, *, path: str) -> bytes:
    """Return the issue file *data* (empty: a new one) with the *reason* why the issue waits.

    Raises IssueError when the file cannot be edited, or *reason* is not one line of text.
    """
    said = reason.strip()
    if not said or len(said.splitlines()) > 1:
        raise IssueError("A held issue needs a reason, on one line.")
    return set_field(data, "hold", [f"hold: {scalar(said)}"], path=path)


def release(data: bytes, *, path: str) -> bytes:
    """Return the issue file *data* with nothing that holds the issue."""
    return remove_field(data, "hold", path=path)


def unapprove(data: bytes, *, path: str) -> bytes:
    """Return the issue file *data* without its approval."""
    return remove_field(data, "approval", path=path)
