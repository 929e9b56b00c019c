"""Fovea and disc positions that developers read off the public photographs."""
