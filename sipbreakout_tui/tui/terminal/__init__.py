"""Between the shell and the app: what reaches the terminal, and how the program ends."""
