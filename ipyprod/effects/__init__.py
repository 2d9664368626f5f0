"""The only modules that touch the world; none of them decides about code."""
