"""From an editor's picture to a file in `var/media`; `newsletter.content.images` is the way in."""
