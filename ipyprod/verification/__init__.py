"""What to check in a clean interpreter, and what came out."""
