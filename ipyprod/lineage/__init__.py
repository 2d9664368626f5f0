"""Which statements a value depends on, and why."""
