"""The anatomy model: vessels, arterioles and venules, disc and cup."""
