"""SOP Workbench: programs that people say and machines then run for ever, exactly."""

__version__ = "0.1.0"
