"""What leaves the house: traces as a page for a ticket, pictures of a call, masks for names and numbers."""
