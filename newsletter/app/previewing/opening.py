"""`newsletter preview`: the address is there, and the browser on its way to it, before what takes a second to import."""

import gc
import socket
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

from newsletter.app.project import Project, open_project
from newsletter.errors import NewsletterError
from newsletter.preview.address import HOST, new_token

#: Where it is looked for a free port first: bookmarks of another preview are not led here.
FIRST_PORT = 8020
_PORTS = 20


def preview(
    folder: Path,
    *,
    port: int | None = None,
    opens_browser: bool = True,
    reopen: Callable[[Path], Project] = open_project,
    tell: Callable[[str], None],
    say: Callable[[str], None],
) -> None:
    """Show the project at or above *folder* until Ctrl-C; *tell* gets the address, *say* everything else.

    *port*: None takes the next free one. *reopen* reads the settings. Raises UsageError when there is no
    project, SettingsError for mistakes that are there at the start, NewsletterError for a port that is taken.
    """
    root, token = reopen(folder).root, new_token()
    with _listener(port) as listener, suppress(KeyboardInterrupt):
        address = f"http://{HOST}:{listener.getsockname()[1]}/{token}/"
        tell(address)
        say("Ctrl-C stops. Whoever has this address can read and approve issues: keep it to yourself.")
        if opens_browser:
            _open_browser(address, say)
        # Nothing of what is imported and rendered first is garbage: to look for some would take a tenth of the time.
        gc.disable()
        from newsletter.app.previewing.serving import serve

        serve(root, reopen, listener, token)


@contextmanager
def _listener(port: int | None) -> Iterator[socket.socket]:
    """Listen on *port*; None: on the first that is free. Who asks waits until somebody answers."""
    wanted = [port] if port is not None else [*range(FIRST_PORT, FIRST_PORT + _PORTS), 0]
    for number in wanted:
        try:
            found = socket.create_server((HOST, number))
        except OSError as error:
            if port is None and number:
                continue
            raise NewsletterError(
                f"{HOST}:{number}: nothing can listen there: {str(error.strerror).partition(' (')[0]}. "
                "Name another port with --port, or none: then a free one is found."
            ) from error
        with found:
            yield found
        return


def _open_browser(address: str, say: Callable[[str], None]) -> None:
    """Open *address*, in a thread of its own: some programs return only when they are closed."""

    def open_it() -> None:
        try:
            browser = webbrowser.get()
            is_open = getattr(browser, "name", "") not in _TEXT_BROWSERS and browser.open(address)
        except (webbrowser.Error, OSError):
            is_open = False
        if not is_open:
            say("No browser could be opened: open the address yourself.")

    Thread(target=open_it, name="browser", daemon=True).start()


#: They would take the terminal.
_TEXT_BROWSERS = frozenset({"www-browser", "links", "elinks", "lynx", "w3m"})
