"""Content of live values as plain builtins, the same in every process for the same content.

This folder uses the standard library only and imports nothing of ipyprod: the clean interpreter
loads it by its path.
"""

from .walk import Snapshots, take_snapshots

__all__ = ["Snapshots", "take_snapshots"]
