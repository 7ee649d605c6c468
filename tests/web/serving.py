"""A real server on a free port of this machine, for an application that may change."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send


@dataclass
class Served:
    """A running server, and the application that it serves right now."""

    port: int
    app: ASGIApp


@contextmanager
def serving(**options: Any) -> Iterator[Served]:
    """Serve until the end of the block; *options* of uvicorn's."""
    listener = socket.create_server(("127.0.0.1", 0))
    served = Served(listener.getsockname()[1], Starlette())

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        await served.app(scope, receive, send)

    usual: dict[str, Any] = {
        "log_level": "critical",
        "lifespan": "off",
        "server_header": False,
        "proxy_headers": False,
    }
    config = uvicorn.Config(serve, **(usual | options))
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield served
    server.should_exit = True
    thread.join(timeout=10)
    listener.close()
