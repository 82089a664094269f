"""What counts alone leave open: bounds on an association, and how it depends on assumptions."""
