"""A folder of an authority: what may stand in it, how it is read, checked, and begun."""
