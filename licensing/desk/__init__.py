"""What the pages of the officer's desk are made of: read from every room, judged in one place."""
