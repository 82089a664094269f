"""Stocks and flows drawn exactly, stage by stage and scenario beside scenario."""
