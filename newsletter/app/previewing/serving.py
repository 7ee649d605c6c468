"""`newsletter preview`: the page on a port of this machine, and the thread that follows the files."""

import gc
import logging
import socket
import webbrowser
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any

from newsletter.app.log import log_lines
from newsletter.app.previewing.hands import Hands
from newsletter.app.previewing.studio import Studio
from newsletter.app.previewing.watching import Grounds, Watch
from newsletter.app.project import Project, open_project
from newsletter.errors import NewsletterError
from newsletter.preview.actions import action_routes
from newsletter.preview.guard import HOST, Guard, new_token
from newsletter.preview.live import Audience
from newsletter.preview.routes import Room, make_preview
from newsletter.preview.view import View
from newsletter.rendering.pipeline.environment import built_in_templates, load_templates

_log = logging.getLogger(__name__)

#: Where it is looked for a free port first: bookmarks of another preview are not led here.
FIRST_PORT = 8020
_PORTS = 20
#: After which the clock, or another process, may have changed something.
_SILENCE_S = 60.0


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
    import uvicorn

    root = reopen(folder).root
    token, audience, studio = new_token(), Audience(), Studio(root, reopen)
    templates = load_templates()
    room = Room(
        studio=studio,
        audience=audience,
        render=templates.render,
        files=built_in_templates() / "preview",
        token=token,
    )

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: object) -> None:
            # Connections that wait for news would be waited for.
            audience.end()
            super().handle_exit(sig, frame)  # type: ignore[arg-type]  # a frame, as it came

    with log_lines(), _listener(port) as listener:
        number = listener.getsockname()[1]
        app = Guard(app=make_preview(room, action_routes(room, Hands(studio))), token=token, port=number)
        server = Server(uvicorn.Config(app, **_OPTIONS))
        address = f"http://{HOST}:{number}/{token}/"
        with _following(studio, audience), suppress(KeyboardInterrupt):
            tell(address)
            say("Ctrl-C stops. Whoever has this address can read and approve issues: keep it to yourself.")
            if opens_browser:
                _open_browser(address, say)
            server.run(sockets=[listener])


_OPTIONS: Mapping[str, Any] = {
    # The token stands in paths.
    "access_log": False,
    "log_config": None,
    "server_header": False,
    "ws": "none",
    "http": "h11",
    "lifespan": "off",
    "proxy_headers": False,
    "timeout_graceful_shutdown": 2,
}


@contextmanager
def _following(studio: Studio, audience: Audience) -> Iterator[None]:
    """Follow the files beside the block."""
    stop = Event()
    Thread(target=_follow, args=(studio, audience, stop), name="follow", daemon=True).start()
    try:
        yield
    finally:
        stop.set()


def _follow(studio: Studio, audience: Audience, stop: Event) -> None:
    watch = Watch(grounds=lambda: Grounds.of(studio.root, studio.project), stop=stop)

    # First of all: what is saved from now on is seen.
    watch.arm()
    studio.refresh()

    def is_over() -> bool:
        return stop.is_set() or watch.has_news

    _show(studio, audience, is_over)
    # What the program is made of stays: searching it for garbage takes longer than rendering a mail.
    gc.collect()
    gc.freeze()
    for changed in watch.changes(_SILENCE_S):
        if not changed:
            studio.forget_readers()
        try:
            studio.refresh(changed)
            _show(studio, audience, is_over)
        except Exception:  # a mistake of ours: what is saved next is shown all the same
            _log.exception("preview")


def _show(studio: Studio, audience: Audience, is_over: Callable[[], bool]) -> None:
    """Make what is looked at, the mails first, and tell who looks; what takes long ends when *is_over*."""
    views = audience.views
    for view in views:
        audience.show(view, studio.stamp(view))
    audience.tell("page", studio.moment)
    is_news = False
    for view in views or [View()]:
        while not is_over() and studio.go_on(view):
            is_news = True
    if is_news:
        studio.note_more()
        audience.tell("page", studio.moment)


@contextmanager
def _listener(port: int | None) -> Iterator[socket.socket]:
    """Listen on *port*; None: on the first that is free."""
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
