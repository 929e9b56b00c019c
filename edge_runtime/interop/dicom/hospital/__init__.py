"""Speaks to the hospital's own systems: its archive (C-STORE, STOW-RS), its worklist (C-FIND)."""
