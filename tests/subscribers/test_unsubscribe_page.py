"""`/unsubscribe/{token}`, asked over a real connection: for people, for mail programs, for gateways."""

import re
import socket
from datetime import timedelta

import pytest

from subscribers.keys import new_key
from subscribers.storage import SubscriberStorage
from subscribers.tokens import Purpose, TokenKeys

from .conftest import AddReader, Browser

ONE_CLICK = b"List-Unsubscribe=One-Click"
MULTIPART = (
    b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
)
