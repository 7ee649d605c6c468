"""What site generators would fill in at build time, resolved so that none ever reaches a reader."""
