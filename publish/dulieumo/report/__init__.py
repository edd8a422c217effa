"""What `check` found, for people and machines: one renderer per format, all from a CheckReport."""
