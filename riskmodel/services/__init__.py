"""The services around: deadlines in one's own records, waiting lists, and work that follows."""
