"""What holds for all tests."""

from hypothesis import settings

# No test tells time: an example may take as long as the machine needs.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
