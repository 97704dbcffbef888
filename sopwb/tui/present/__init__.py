"""Outputs as text and rows for widgets. Pure: no widget, no bench, no I/O."""
