"""Photographs of strangers are decoded in processes of their own, with little to lose."""
