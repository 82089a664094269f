"""What every room may rest on."""
