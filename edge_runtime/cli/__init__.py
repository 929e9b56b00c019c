"""The `foreseye` command line."""
