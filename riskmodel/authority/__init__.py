"""What crosses rooms: demand, caseloads and scenarios of one authority, and its margins."""
