"""The command line: thin. Each command translates words into a call of `newsletter.app` and its result back.

Every import that costs time stands inside the command that needs it: `newsletter --help` answers at once.
"""

import sys

from newsletter.errors import NewsletterError, UsageError


def main() -> None:
    """Run the command line; exit 0 done, 1 failed (said why), 2 misused."""
    from newsletter.cli.commands import app

    try:
        app()
    except UsageError as error:
        _complain(error)
        sys.exit(2)
    except NewsletterError as error:
        _complain(error)
        sys.exit(1)
    except BrokenPipeError:
        # Standard output was closed early, by `| head` for example.
        sys.stderr.close()
        sys.exit(1)
    except OSError as error:
        _complain(NewsletterError(f"{error.filename or 'The system'}: {error.strerror or error}."))
        sys.exit(1)
    except Exception as error:
        from subscribers.errors import SubscribersError

        if not isinstance(error, SubscribersError):
            raise
        _complain(error)
        sys.exit(1)


def _complain(error: Exception) -> None:
    if sys.stderr is not None:
        print(error, file=sys.stderr)
