"""What may be read of meters."""
