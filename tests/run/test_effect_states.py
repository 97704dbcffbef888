"""The states of an effect."""

from __future__ import annotations

from itertools import pairwise

import pytest

from sopwb.run.effects import FINAL, MOVES, EffectState, advance, resume

S = EffectState


@pytest.mark.parametrize("path", [
    [S.PLANNED, S.INTENT, S.DISPATCHED, S.DONE],
    [S.PLANNED, S.INTENT, S.DISPATCHED, S.REJECTED],
    [S.PLANNED, S.INTENT, S.DISPATCHED, S.RETRY_WAIT, S.INTENT, S.DISPATCHED, S.DONE],
    [S.PLANNED, S.INTENT, S.DISPATCHED, S.IN_DOUBT, S.REPLANNED, S.INTENT],
    [S.PLANNED, S.INTENT, S.DISPATCHED, S.IN_DOUBT, S.ABANDONED],
    [S.PLANNED, S.INTENT, S.DISPATCHED, S.IN_DOUBT, S.DONE],
])  # fmt: skip
def test_an_effect_can_go_this_way(path: list[EffectState]):
    for state, to in pairwise(path):
        assert advance(state, to) is to


@pytest.mark.parametrize(("state", "to"), [
    (S.PLANNED, S.DISPATCHED), (S.INTENT, S.DONE), (S.DONE, S.INTENT), (S.MOCKED, S.INTENT), (S.ABANDONED, S.DONE),
])  # fmt: skip
def test_an_effect_cannot_go_this_way(state: EffectState, to: EffectState):
    with pytest.raises(AssertionError):
        advance(state, to)


def test_every_state_has_its_moves_and_what_is_done_stays_done():
    assert set(MOVES) == set(EffectState)
    assert {S.DONE, S.REJECTED, S.ABANDONED, S.MOCKED} == FINAL


@pytest.mark.parametrize(("state", "same_boot", "means"), [
    (S.INTENT, True, S.INTENT), (S.INTENT, False, S.IN_DOUBT), (S.DISPATCHED, True, S.IN_DOUBT),
    (S.DISPATCHED, False, S.IN_DOUBT), (S.DONE, False, S.DONE), (S.PLANNED, False, S.PLANNED),
])  # fmt: skip
def test_after_a_crash_only_what_may_have_left_is_in_doubt(state: EffectState, same_boot: bool, means: EffectState):
    assert resume(state, same_boot) is means


@pytest.mark.parametrize("state", list(EffectState))
def test_in_a_journal_that_was_copied_back_only_what_has_ended_is_sure(state: EffectState):
    assert resume(state, same_boot=True, restored=True) is (state if state in FINAL else S.IN_DOUBT)


@pytest.mark.parametrize("path", [
    [S.PLANNED, S.INTENT, S.REJECTED, S.REPLANNED, S.INTENT],
    [S.PLANNED, S.INTENT, S.RETRY_WAIT, S.INTENT, S.REJECTED, S.ABANDONED],
    [S.PLANNED, S.INTENT, S.PLANNED],
])  # fmt: skip
def test_a_refusal_before_the_point_of_no_return_and_an_intent_that_is_taken_back_are_moves(path: list[EffectState]):
    for state, to in pairwise(path):
        assert advance(state, to) is to
