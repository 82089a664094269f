"""A folder of an authority: what may be in it, and how it is read, checked and created."""
