"""Live values looked at: fingerprints, shared objects, ambient state, types."""
