"""The analyses that experiments name."""
