"""The only package that imports IPython."""
