"""The page on a port of this machine, and the thread that follows the files."""

import gc
import logging
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import uvicorn

from newsletter.app.log import log_lines
from newsletter.app.previewing.hands import Hands
from newsletter.app.previewing.studio import Studio
from newsletter.app.previewing.watching import Grounds, Watch
from newsletter.app.project import Project
from newsletter.preview.actions import action_routes
from newsletter.preview.guard import Guard
from newsletter.preview.live import Audience
from newsletter.preview.routes import Room, make_preview
from newsletter.preview.view import View
from newsletter.rendering.pipeline.environment import built_in_templates, load_templates

_log = logging.getLogger(__name__)

#: After which the clock, or another process, may have changed something.
_SILENCE_S = 60.0
#: How long it is waited, at the end, for a mail that is being rendered.
_END_S = 2.0

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


class Server(uvicorn.Server):
    """Serves the page until it is told to stop."""

    def __init__(self, config: uvicorn.Config, audience: Audience) -> None:
        super().__init__(config)
        self._audience = audience

    def stop(self) -> None:
        """End soon. Connections that wait for news would be waited for."""
        self._audience.end()
        self.should_exit = True

    def handle_exit(self, sig: int, frame: object) -> None:
        """Stop, at once when somebody insists."""
        self._audience.end()
        super().handle_exit(sig, frame)  # type: ignore[arg-type]  # a frame, as it came


def serve(root: Path, reopen: Callable[[Path], Project], listener: socket.socket, token: str) -> None:
    """Show the project in *root* to whoever names *token*, until a signal."""
    with log_lines(), served(root, reopen, listener.getsockname()[1], token, _settle) as server:
        server.run(sockets=[listener])


def _settle() -> None:
    """Leave what the program is made of out of the search for garbage: that takes longer than rendering a mail."""
    gc.collect()
    gc.freeze()
    gc.enable()


@contextmanager
def served(
    root: Path,
    reopen: Callable[[Path], Project],
    port: int,
    token: str,
    has_begun: Callable[[], None] = lambda: None,
) -> Iterator[Server]:
    """Follow the files in *root* beside the block, which runs their server at *port*; *has_begun*: once all was rendered."""
    audience, studio = Audience(), Studio(root, reopen)
    room = Room(
        studio=studio,
        audience=audience,
        render=load_templates().render,
        files=built_in_templates() / "preview",
        token=token,
    )
    app = Guard(app=make_preview(room, action_routes(room, Hands(studio))), token=token, port=port)
    watch = Watch(grounds=lambda: Grounds.of(studio.root, studio.project))
    follower = Thread(target=_follow, args=(studio, audience, watch, has_begun), name="follow", daemon=True)
    follower.start()
    try:
        yield Server(uvicorn.Config(app, **_OPTIONS), audience)
    finally:
        watch.end()
        follower.join(_END_S)


def _follow(studio: Studio, audience: Audience, watch: Watch, has_begun: Callable[[], None]) -> None:
    def is_over() -> bool:
        return watch.stop.is_set() or watch.has_news

    def look(changed: Iterable[Path] = ()) -> None:
        try:
            studio.refresh(changed)
            _show(studio, audience, is_over)
        except Exception:  # a mistake of ours: what is saved next is shown all the same
            _log.exception("preview")

    # First of all: what is saved from now on is seen.
    watch.arm()
    look()
    has_begun()
    for changed in watch.changes(_SILENCE_S):
        if not changed:
            studio.forget_readers()
        look(changed)


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
