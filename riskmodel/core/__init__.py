"""What every room stands on: it knows nothing of children's services' figures."""
