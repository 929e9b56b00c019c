"""Who may call: tokens, roles, and the gate in front of every method."""
