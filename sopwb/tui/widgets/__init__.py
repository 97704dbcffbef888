"""The widgets: each draws and says what was asked for by messages; none asks the workspace."""
