"""What keeps the page from showing the files as they are, as problems that a person can read."""

from dataclasses import replace

from newsletter.app.failures import explained
from newsletter.errors import ContentError, Level, Problem, SettingsError


def told(error: Exception) -> tuple[Problem, ...]:
    """Return what a person is told of *error*; a mistake of ours is told too, and ends nothing."""
    if isinstance(error, SettingsError | ContentError):
        return tuple(replace(problem, level=Level.ERROR) for problem in error.problems)
    known = explained(error)
    return (error_of(f"{type(error).__name__}: {error}" if known is None else str(known)),)


def error_of(message: str, help: str | None = None) -> Problem:
    """Return an error that is about no file."""
    return Problem(level=Level.ERROR, rule="unchecked", message=message, help=help)
