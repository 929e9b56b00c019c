"""What each picture format states in its header, read before any decoder sees the file."""
