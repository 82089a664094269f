"""Results as sections of a report: one module a subject, and one register of them all."""
