"""Secrets that this machine keeps, by their names."""
