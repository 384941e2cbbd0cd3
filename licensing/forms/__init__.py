"""What people may ask and write in this room, checked before anything is done with it."""
