"""What drawn eyes are worth: the same network taught by drawn, by real, or by both."""
