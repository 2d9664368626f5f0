"""From a slice to the text of a function or a module."""
