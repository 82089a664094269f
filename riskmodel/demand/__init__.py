"""How many children there will be, by month: durations, stocks and flows, calibration.

Figures are passed in: apart from the published tables and parameters, no file is read here.
"""
