"""Stocks and flows simulated exactly, for stages and scenarios."""
