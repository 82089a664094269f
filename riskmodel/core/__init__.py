"""What every other room can rest on, and what itself rests on no other."""
