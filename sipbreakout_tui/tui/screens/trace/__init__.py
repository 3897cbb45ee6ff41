"""Place 3: captured calls, and why they took the way they took."""
