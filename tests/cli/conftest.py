"""Fixtures that several tests of the command line share."""

from tests.cli.homes import home, project, service

__all__ = ["home", "project", "service"]
