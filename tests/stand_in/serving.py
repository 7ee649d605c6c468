"""A real HTTP server on loopback that answers as it is told."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.stand_in.values import Reply, Request


class _Listener(ThreadingHTTPServer):
    request_queue_size = 128


@contextmanager
def serving(answer: Callable[[Request], Reply | None], port: int = 0) -> Iterator[str]:
    """Answer every request by *answer*, where None cuts the connection; yield the address of the server."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Else an answer is two packets, and the second waits for the acknowledgement of the first.
        wbufsize = -1

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(length)
            if len(body) < length:
                # Its sender died before all of it had left: no service makes anything of it.
                self.close_connection = True
                return
            reply = answer(Request(self.path, dict(self.headers), body, self.command))
            if reply is None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_POST

        def handle(self) -> None:
            # A sender that was killed leaves its connections as they are.
            try:
                super().handle()
            except OSError:
                self.close_connection = True

        def finish(self) -> None:
            try:
                super().finish()
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    listener = _Listener(("127.0.0.1", port), Handler)
    threading.Thread(target=listener.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.server_port}"
    finally:
        listener.shutdown()
        listener.server_close()
