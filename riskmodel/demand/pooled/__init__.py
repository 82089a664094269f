"""What authorities teach one another about a stock, and how forecasts by it have fared."""
