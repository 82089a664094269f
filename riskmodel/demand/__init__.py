"""Durations, stocks and flows, calibration: how many children there will be, month by month."""
