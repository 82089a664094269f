"""The return on children looked after (SSDA903): episodes, periods of care, months."""
