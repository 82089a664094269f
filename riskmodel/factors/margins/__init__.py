"""What margins leave open: bounds on an association, and how it moves with what is assumed."""
