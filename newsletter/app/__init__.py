"""Puts the program together from the settings: the only place that knows every stage.

The command line, the public site and the scheduler call the functions of these modules and nothing deeper.
"""

from newsletter.app.project import Project, open_project

__all__ = ["Project", "open_project"]
