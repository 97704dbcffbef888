"""The screens: the main one with its three panes, and what opens above it. Each has its own file and style sheet."""
