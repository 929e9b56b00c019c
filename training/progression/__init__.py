"""How an eye may look at a later visit: drawn courses, the network, and what it is worth."""
