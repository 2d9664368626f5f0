"""Module text to edited text, with the rest kept byte for byte."""
