"""A plain Python program for every unseen conversation case, in the form of ``tests.conversations.reference``."""
