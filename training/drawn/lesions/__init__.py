"""What disease leaves on the retina, lesion by lesion."""
