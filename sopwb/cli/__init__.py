"""The command line: words in, Commands to the workbench, Outputs printed. docs/command-line.md is its contract."""
