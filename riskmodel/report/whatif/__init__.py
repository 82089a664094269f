"""A page that managers can play with, offline: the arithmetic of a projection in the browser."""
