"""Steps of typed IR → nested closures. One module a family of steps; ``block`` joins them.

A compiled step takes the frame and the run's state, and gives None to go on or ``(value,)`` to end its
script. It decides only: what it wants done goes to ``state.plan``.
"""
