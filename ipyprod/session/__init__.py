"""What was run: cells, what each was seen to do, and which of them are meant."""
