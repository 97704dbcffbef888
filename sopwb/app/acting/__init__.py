"""Acting: doing what a run has planned, through its journal, so that a crash neither loses nor repeats an effect.

``session`` opens a run's journal and settles what a dead process left; ``loop`` takes effects from INTENT to their
end; ``consent`` and ``standing`` say whether a run may act and where it stands. Nothing here decides what is done:
that is planned before, and bound by its digest.
"""
