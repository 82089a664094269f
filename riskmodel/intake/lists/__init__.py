"""The lists that an inspection asks for (Annex A): plans, children in need, looked after."""
