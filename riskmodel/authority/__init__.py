"""One authority, one folder: its figures read and checked, and its results when asked for."""
