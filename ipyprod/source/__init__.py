"""What the text says: IPython syntax to Python, names, statements."""
