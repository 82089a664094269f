"""Services around child protection: deadlines in own records, waiting lists, work that follows."""
