"""From a page as people have it, pasted text or saved HTML, to a content file that needs little correction."""
