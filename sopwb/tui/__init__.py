"""The workbench: a full-screen terminal face of the same Commands that the command line and the chat use.

Commands go in, Outputs come out; nothing here opens a store, a source or a tool. Textual is imported only below this
package.
"""
