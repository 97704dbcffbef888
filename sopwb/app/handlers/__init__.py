"""What each Command does, a family a file. A handler takes the open workbench and its Command and gives an Output.

Rules: look first, decide, then change the store in one transaction at the end; a mistake of the user is a
``UserError`` raised before that transaction.
"""
