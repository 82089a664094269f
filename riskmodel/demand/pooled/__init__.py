"""What is learned about a stock from many authorities, and how accurate its forecasts were."""
