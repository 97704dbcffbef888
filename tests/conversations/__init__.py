"""Conversations with the authors, judged by what the saved scripts then do."""
