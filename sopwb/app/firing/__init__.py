"""Firing: every slot of a schedule ends as one run, as skipped with a reason, or as failed with a notice.

``judging`` says what becomes of what is due (pure), ``slots`` is what the store holds of it, ``executing`` makes a
slot's run, ``rounds`` does all this for one schedule, ``notices`` are what people are told and ``delivery`` brings
them. The daemon that does rounds for ever is ``app.daemon``. Nothing here computes due times: that is ``schedule.due``.
"""
