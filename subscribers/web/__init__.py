"""The pages that personal links open. Handlers translate a request into a call of the storage and back."""

from subscribers.web.error_pages import error_handlers
from subscribers.web.reception import Reception
from subscribers.web.routes import Desk, subscriber_routes
from subscribers.web.security import SecurityHeaders
from subscribers.web.site import Site

__all__ = ["Desk", "Reception", "SecurityHeaders", "Site", "error_handlers", "subscriber_routes"]
