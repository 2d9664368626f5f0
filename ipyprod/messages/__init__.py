"""Results and errors as text and HTML; nothing here prints."""
