"""What one sponsor is told about one period: from what was read to what is kept."""
