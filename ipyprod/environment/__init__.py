"""What the code needs to run elsewhere."""
