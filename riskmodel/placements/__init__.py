"""Placements of looked-after children: where they are, what to expect, and what it costs."""
