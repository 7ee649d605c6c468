"""The command line: thin. Each command translates words into a call of `newsletter.app` and its result back.

Every import that costs time stands inside the command that needs it: `newsletter --help` answers at once.
"""

import sys

from newsletter.errors import NewsletterError, UsageError


def main() -> None:
    """Run the command line; exit 0 done, 1 failed (said why), 2 misused."""
    from newsletter.cli.commands import app
    from newsletter.cli.talk import prepare_streams

    prepare_streams()
    try:
        app()
    except NewsletterError as error:
        _end(error)
    except Exception as error:
        from newsletter.app.failures import explained

        told = explained(error)
        if told is None:
            raise
        _end(told)


def _end(error: NewsletterError) -> None:
    from newsletter.cli.talk import say_last

    say_last(str(error))
    sys.exit(2 if isinstance(error, UsageError) else 1)
