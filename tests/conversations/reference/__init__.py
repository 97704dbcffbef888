"""Second opinions: a plain Python program for every conversation case, which computes what its scripts must give.

``RUNS`` maps a script to a function of the data and its inputs, ``EFFECTS`` a job to the tool's name and the arguments
of every call, ``SCHEDULES`` a job to its due times. None of them imports or runs the program under test.
"""
