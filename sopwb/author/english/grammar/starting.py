# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Openings in which a script's name is one plain word, or comes after what it takes: "given a boat_id, fares should …".

Names with underscores and the usual openings are in ``opening``. Deliberately not here: what a script computes.
"""

from __future__ import annotations

from typing import Any

from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.opening import NO_NAMES
from sopwb.author.english.meaning import Create, Param, Statement, Takes

G.rule("newscript", "{n:plainname}", "{n:snake}", cost=0.0)(lambda n: n)
G.rule("modal", "(should|must|shall|will|has to|is to|needs to|ought to|is supposed to|would)", cost=0.0)(lambda: True)
G.rule("takesverb", "(takes|gets|needs|expects|receives|wants|accepts|works on|is given|requires|should take|should get|has the parameter|has the input|will get|will take|is for)", cost=0.0)(lambda: True)


@G.rule("clause", "[<please_do>] (build|prepare|make|do|develop|add|set up|have|write) {n:plainname} [now|next|then]", "[<please_do>] (set|fix|hook) (me|us) up with [a|the|another] [new] <script> [<called>] {n:newscript}", "[<want>|<please_do>] [a|the|another|my|our] [new|next|first|second|third|last|small|little] <script> (:|,|-) {n:plainname}", "(new|next|first|second|third|last|another|final) (one|script|process) (:|,|-|is) {n:plainname}", "[<please_do>|<want>] [<create>] [a|the|another] [new] <script> [for (our|the|my|this) {x:oneword} [{y:oneword}]] [,] and (call|name) it {n:newscript}", cost=0.9)
def _named_plainly(n: str, x: str = "", y: str = "") -> Statement:
    return Create(n)


@G.rule("clause", "{n:newscript} [(:|,|-)] {t:takesverb} {p:params}", "[a|the] [new] <script> [<called>] {n:newscript} [(:|,|-)] [which|that] {t:takesverb} {p:params}", "[<please_do>] <create> {n:newscript} LP {p:params} RP", "{n:newscript} (:|,|-) [it|which|that] {t:takesverb} {p:params}", "{n:newscript} for (a|an|one|a given|a single) {p:params}", "[<please_do>|<want>] [<create>] [a|the|my|our] [new|first|second|next|last] <script> [<called>|:] {n:newscript} [,] (with|for a|for a given|for one|expecting|accepting|given|taking) [a|an|the] {p:params}", cost=1.0)
def _taking(n: str, p: tuple[Param, ...], t: Any = None) -> tuple[Statement, ...] | None:
    return None if any(x.name in NO_NAMES for x in p) else (Create(n), Takes(p))


@G.rule("clause", "(given|for|from|with) (a|an|one|the|any) {p:params} [,] [a|the|our|my] [new] <script> [<called>] {n:newscript} {m:modal}", "(given|for|from|with) (a|an|one|any) {p:params} [,] [a|the|our|my] [new] <script> [<called>] {n:newscript}", "(given|for|from|with) (a|an|one|any) {p:params} , {n:newscript} {m:modal}", "(given|for|from|with) (a|an|one|any) {p:params} , {n:snake}", cost=0.8)
def _given(n: str, p: tuple[Param, ...], m: Any = None) -> tuple[Statement, ...]:
    return (Create(n), Takes(p))


G.rule("clause", "(i|we|you) [will|would] (give|hand|pass|feed) it {p:params}", "(i|we|you) (will|would) (put in|enter|type in|pass in) {p:params}", cost=0.4)(lambda p: Takes(p))
G.rule("clause", "<when> given (a|an) {p:params}", "given (a|an|one|a given|a single) {p:params}", cost=0.7)(lambda p: Takes(p))
# "For a customer" speaks of one; "for a customer_id" can only be what goes in.
G.rule("clause", "for (a|an|one|any|each|a given|a single) {p:params}", cost=0.7)(lambda p: Takes(p) if all("_" in x.name for x in p) else None)
