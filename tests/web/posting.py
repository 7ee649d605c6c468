"""Requests to webhooks, as a provider makes them."""

import http.client
import json
from dataclasses import dataclass, field


@dataclass
class Sender:
    """Posts as a provider does."""

    port: int
    called: list[bool] = field(default_factory=list)

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        said = response.read().decode()
        connection.close()
        return response.status, said

    def post(self, body: object, *, token: str = "secret", to: str = "postal") -> int:
        encoded = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.ask("POST", f"/webhooks/{to}", encoded, Authorization=f"Bearer {token}")[0]
