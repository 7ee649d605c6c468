"""Connections of which it is known whether they were made: whatever fails up to the end of the TLS handshake, nothing was sent.

`requests` and `urllib3` say alike that a handshake was cut and that an answer was.
"""

from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool
from urllib3.exceptions import HTTPError, NewConnectionError


class _Connection(HTTPSConnection):
    def connect(self) -> None:
        try:
            super().connect()
        except (OSError, HTTPError) as error:
            raise NewConnectionError(self, "no TLS connection was made") from error


class _Pool(HTTPSConnectionPool):
    ConnectionCls = _Connection


class TellingAdapter(HTTPAdapter):
    """Makes the connections of a session to addresses of https."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools of connections, for https of ours."""
        super().init_poolmanager(*args, **kwargs)
        known = self.poolmanager.pool_classes_by_scheme
        self.poolmanager.pool_classes_by_scheme = {**known, "https": _Pool}
