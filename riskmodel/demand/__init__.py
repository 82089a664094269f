"""Durations, stocks and flows, calibration: how many children there will be, month by month.

Everything here is given its figures: it reads no file but the published tables and parameters.
"""
