"""Stages and effects composed: one module for each thing that a user asks for."""
