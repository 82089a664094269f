"""Demand: how many children will be on a plan or looked after, learned from history."""
