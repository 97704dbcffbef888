# ruff: noqa: E501 - what a person says is read as one line
"""What is computed, as people say it: rates, tiers, ages, months, lateness, and fields of the record that another points to."""

from __future__ import annotations

from pathlib import Path

import pytest

from sopwb.app.workbench import open_workbench
from sopwb.author.dialogue import Dialogue
from tests.author.talking import AS_OF

TABLES = {
    "members": "id,name,email,joined_on,birth_date,plan,active,discount_percent,credit\nm1,A,a@x.example,2020-01-05,2001-03-04,gold,true,5,10.50\nm2,B,,2021-01-05,1999-05-06,basic,false,0,0.00\n",
    "hires": "id,member_id,item_id,taken_on,due_on,back_on,qty,weight,paid,price,rating\n1,m1,i1,2026-11-01,2026-11-10,2026-11-12,2,3.5,true,10.00,4\n2,m2,i2,2026-11-01,2026-11-10,,1,2.5,false,12.50,\n3,m2,i2,2026-11-01,2026-11-10,2026-11-09,1,1.5,false,12.50,3\n",
    "items": "id,name,kind,daily_fee,base_price,unit_cost,on_hand,reorder_point,pack_size,bought_on\ni1,Tent,tent,2.50,100.00,1.5,5,10,6,2024-01-01\ni2,Saw,tool,4.00,250.00,3.5,15,10,4,2025-02-03\n",
    "crates": "id,item_id,material,weight,delivered_on,cost\n1,i1,copper,12.5,2026-11-01,3.5\n2,i1,iron,2.5,2026-11-02,2.0\n",
    "materials": "material,price_per_kg\ncopper,6.20\niron,0.21\n",
    "results": "id,player,opponent,result,played_on\n1,ann,bob,win,2026-10-01\n2,ann,cy,draw,2026-10-02\n3,bob,cy,loss,2026-10-02\n",
}
HEADS = {
    "hire": "Create a script called probe. It takes a hire_id. ",
    "member": "Create a script called probe. It takes a member_id. ",
    "item": "Create a script called probe. It takes an item_id. ",
    "player": "Create a script called probe. It takes a player. ",
    "job": "Create a script called probe. It takes sheets (a whole number), days (a whole number) and rush (true or false). ",
}


def told(folder: Path, of: str, words: str) -> tuple[str, str]:
    """Give how the reply is meant, and the steps (of a question its text)."""
    toml = '[workspace]\nname = "depot"\ntimezone = "UTC"\n'
    for name, table in TABLES.items():
        (folder / f"{name}.csv").write_text(table)
        toml += f'[data.{name}]\npath = "{name}.csv"\nkey = "{"material" if name == "materials" else "id"}"\n'
    (folder / "sopwb.toml").write_text(toml)
    bench = open_workbench(str(folder), as_of=AS_OF)
    reply = Dialogue(bench, as_of=AS_OF).turn(HEADS[of] + words)
    bench.close()
    return reply.kind, str(reply.script["steps"]) if reply.kind == "answer" and reply.script else reply.reply


def check(folder: Path, of: str, words: str, *steps: str) -> None:
    kind, text = told(folder, of, words)
    assert kind == "answer", text
    for step in steps:
        assert step in text, text


@pytest.mark.parametrize(
    ("of", "words", "steps"),
    [
        ("hire", "fee is qty times the item's daily_fee. Return { fee }.", ["it.id == hire.item_id", "hire.qty * item.daily_fee"]),
        ("hire", "Return { ratio }: price divided by base_price, rounded to 2 decimals.", ["round(hire.price / item.base_price, 2)"]),
        ("item", "payout is the sum of the weight times the price_per_kg over its crates. Return { payout }.", ["c.weight * must(all_materials.filter(m, m.material == c.material).first()).price_per_kg"]),
    ],
)
def test_a_field_of_the_record_that_another_points_to(tmp_path: Path, of: str, words: str, steps: list[str]) -> None:
    check(tmp_path, of, words, *steps)


@pytest.mark.parametrize(
    ("of", "words", "step"),
    [
        ("hire", "The fee is 5.00 plus 1.20 per kilo of weight. Return { fee }.", "5 + hire.weight * 1.2"),
        ("hire", "fee is 4.00 plus 0.50 for every kilo above 2 kilos. Return { fee }.", "4 + math.greatest(hire.weight - 2, 0) * 0.5"),
        ("hire", "fee is 4.00 for the first kilo and 1.50 for each further kilo. Return { fee }.", "4 + math.greatest(hire.weight - 1, 0) * 1.5"),
        ("hire", "fee is 1.50 for every started kilo. Return { fee }.", "math.ceil(hire.weight) * 1.5"),
        ("hire", "points: 2 points for every full 10 euros of the price. Return { points }.", "math.floor(hire.price / 10) * 2"),
        ("hire", "Return { fee }. They pay 2.50 per piece. Never charge more than 60.", "math.least(fee, 60)"),
        ("job", "The first 100 sheets cost 0.10 each, and every further sheet costs 0.05. Return { total }.", "math.least(sheets, 100) * 0.1 + math.greatest(sheets - 100, 0) * 0.05"),
        ("job", "The first 100 sheets are free, every sheet after that costs 0.05. Return { total }.", "math.greatest(sheets - 100, 0) * 0.05"),
        ("job", "rental is 30 per day for the first 7 days and 20 per day after that. Return { rental }.", "math.least(days, 7) * 30 + math.greatest(days - 7, 0) * 20"),
        ("job", "The price is 0.08 per sheet, with a minimum of 8.00. Return { price }.", "math.greatest(sheets * 0.08, 8)"),
        ("job", "Each sheet costs 0.05. A rush job costs 25% more. Return { total }.", "rush ? total + total * 0.25 : total"),
        ("member", "Return { fee }. The fee is 12 per hire, but the first 2 hires are free.", "math.greatest(size(hires) - 2, 0) * 12"),
        ("member", "It pays 0.20 per kilo for all the hires of that member with taken_on in the last 7 days. Return { pay }.", "hires.sum(h, h.weight) * 0.2"),
        ("member", "They get 2 points for each hire with rating over 3. Return { points }.", "size(hires) * 2"),
    ],
)
def test_so_much_for_each(tmp_path: Path, of: str, words: str, step: str) -> None:
    check(tmp_path, of, words, step)


@pytest.mark.parametrize(
    ("of", "words", "asks"),
    [
        ("hire", "fee is 2.50 per guest. Return { fee }.", "how many guests"),
        ("hire", "fee is 2 for every 10 euros of the price. Return { fee }.", "only been started"),
        ("hire", "days_late is how many days late it came back. Return { days_late }.", "can be empty"),
        ("member", "late is the number of their hires that are late. Return { late }.", "can be empty"),
        ("member", "n is the number of their hires this month. Return { n }.", "Which date of hires"),
    ],
)
def test_what_is_not_said_about_an_amount_is_asked(tmp_path: Path, of: str, words: str, asks: str) -> None:
    kind, text = told(tmp_path, of, words)
    assert kind == "question", text
    assert asks in text


@pytest.mark.parametrize(
    ("of", "words", "step"),
    [
        ("hire", "weekend is true if taken_on is a Saturday or Sunday. Return { weekend }.", "weekday(hire.taken_on) in [6, 7]"),
        ("hire", "The surcharge is 15 if the hire was taken on a Monday, otherwise 0. Return { surcharge }.", "weekday(hire.taken_on) == 1 ? 15 : 0"),
        ("hire", "season is 'summer' if taken_on is in June, July or August, and 'other' otherwise. Return { season }.", "month(hire.taken_on) in [6, 7, 8]"),
        ("hire", "days is the number of days from taken_on to due_on, both included. Return { days }.", "days_between(hire.taken_on, hire.due_on) + 1"),
        ("hire", "weeks is the number of full weeks from taken_on to due_on. Return { weeks }.", "math.floor(days_between(hire.taken_on, hire.due_on) / 7)"),
        ("hire", "under_age is true if the member is younger than 18. Return { under_age }.", "year(today) - year(member.birth_date)"),
        ("member", "age is their age in full years, going by birth_date. Return { age }.", "day(today) < day(member.birth_date) ? 1 : 0"),
        ("member", "months is the number of full months since joined_on. Return { months }.", "(year(today) - year(member.joined_on)) * 12"),
        ("member", "n is the number of their hires with taken_on last month. Return { n }.", "month(it.taken_on) == month(add_months(today, -1))"),
        ("member", "n is the number of their hires taken on weekends. Return { n }.", "weekday(it.taken_on) in [6, 7]"),
    ],
)
def test_dates_by_the_calendar(tmp_path: Path, of: str, words: str, step: str) -> None:
    check(tmp_path, of, words, step)


@pytest.mark.parametrize(
    ("of", "words", "step"),
    [
        ("hire", "It charges the item's daily fee for every day the hire came back after due_on. If it isn't back yet, count up to today. Return { days_late, charge }, both 0 if it isn't late.", "item.daily_fee * math.greatest(days_between(hire.due_on, coalesce(hire.back_on, today)), 0)"),
        ("hire", "Each day late costs 2.50. If it hasn't been returned, count up to today. Return { fee }.", "* 2.5"),
        ("hire", "days_late is the number of days back_on is after due_on, and 0 if it is not. If back_on is blank, use today. Return { days_late }.", "math.greatest(days_between(hire.due_on, coalesce(hire.back_on, today)), 0)"),
        ("member", "out is the number of their hires that are not back yet. Return { out }.", "it.back_on == null"),
        ("member", "late is the number of their hires that came back after due_on. Return { late }.", "it.back_on != null && it.back_on > it.due_on"),
    ],
)
def test_what_is_back_and_what_is_late(tmp_path: Path, of: str, words: str, step: str) -> None:
    check(tmp_path, of, words, step)
