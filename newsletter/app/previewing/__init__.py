"""The editor's page, put together: what it shows, what it does, and how it learns that a file was saved."""

from newsletter.app.previewing.opening import preview

__all__ = ["preview"]
