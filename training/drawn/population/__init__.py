"""People and bodies: states that age, conditions that happen, eyes that follow."""
