"""From a content folder to a newsletter in every reader's inbox, once."""

__version__ = "0.1.0"
