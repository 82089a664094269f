"""A return of the children in need census, in XML or as a folder of modules."""
