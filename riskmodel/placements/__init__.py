"""Placements of looked-after children: where they are, what is to be expected, what it costs."""
