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
    "job": "Create a script called probe. It takes sheets (a whole number), days (a whole number), age (a whole number) and rush (true or false). ",
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
        ("member", "n is the number of their hires with taken_on last month. Return { n }.", "it.taken_on >= add_months(start_of_month(today), -1)"),
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


@pytest.mark.parametrize(
    ("of", "words", "step"),
    [
        ("player", "Return { points }. A win is worth 1 point, a draw half a point and a loss nothing.", "r.result == 'win' ? 1 : r.result == 'draw' ? 0.5 : r.result == 'loss' ? 0 : 0"),
        ("player", "Return { points }: 3 points for a win, 1 for a draw, nothing for a loss.", "r.result == 'draw' ? 1"),
        ("item", "Return { points }. A copper crate is worth 3 points, an iron one 1 point, anything else nothing.", "c.material == 'copper' ? 3 : c.material == 'iron' ? 1 : 0"),
        ("hire", "deposit is 200.00 for a tent, 350.00 for a tool and 100.00 for anything else. Return { deposit }.", "item.kind == 'tent' ? 200 : item.kind == 'tool' ? 350 : 100"),
        ("player", "wins is the number of wins. Return { wins }.", "it.result == 'win'"),
    ],
)
def test_points_by_what_a_record_says(tmp_path: Path, of: str, words: str, step: str) -> None:
    check(tmp_path, of, words, step)


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("Return { x }: the mean rating of their hires, ignoring the ones without a rating, rounded to 1 decimal, or null if there are none.", "size(hires_with_rating) == 0 ? null : round(hires_with_rating.avg(h, h.rating), 1)"),
        ("x is the average rating of their hires, or 0 if there are none. Return { x }.", "size(hires_with_rating) == 0 ? 0 : hires_with_rating.avg(h, h.rating)"),
        ("x is the average rating of their hires, blank ratings ignored. If there isn't a single rating, x is null. Return { x }.", "'cond': 'size(hires_with_rating) == 0'"),
        ("x is their highest rating, or null without any. Return { x }.", "size(hires_with_rating) == 0 ? null"),
        ("x is what percentage of their hires are paid, rounded to a whole number. 0 if there are no hires. Return { x }.", "'cond': 'size(hires) == 0'"),
    ],
)
def test_nothing_to_average(tmp_path: Path, words: str, step: str) -> None:
    check(tmp_path, "member", words, step)


@pytest.mark.parametrize(
    ("of", "words", "step"),
    [
        ("hire", "x is the price with 20% VAT added. Return { x }.", "hire.price + hire.price * 0.2"),
        ("hire", "x is the price less a discount of 5%. Return { x }.", "hire.price - hire.price * 0.05"),
        ("hire", "x is the price, minus 10% if qty is at least 2. Return { x }.", "hire.qty >= 2 ? hire.price - hire.price * 0.1 : hire.price"),
        ("hire", "x is the price plus a handling fee of 4.50 if qty is over 1. Return { x }.", "hire.price + 4.5"),
        ("item", "x is base_price minus unit_cost as a percentage of base_price, rounded to 1 decimal. Return { x }.", "round((item.base_price - item.unit_cost) * 100 / item.base_price, 1)"),
        ("item", "x is on_hand divided by reorder_point, as a percentage. Return { x }.", "item.on_hand * 100 / item.reorder_point"),
        ("item", "Twice the base_price gives x. Return { x }.", "2 * item.base_price"),
        ("item", "x is the remainder of on_hand divided by pack_size. Return { x }.", "item.on_hand % item.pack_size"),
        ("member", "x is the sum of the prices of their unpaid hires. Return { x }.", "!it.paid"),
    ],
)
def test_amounts_with_something_added_or_taken_off(tmp_path: Path, of: str, words: str, step: str) -> None:
    check(tmp_path, of, words, step)


def test_all_beside_some_is_asked_about(tmp_path: Path) -> None:
    kind, text = told(tmp_path, "member", "x is the number of paid hires divided by the number of all hires. Return { x }.")
    assert kind == "question", text
    assert "of every member" in text


def test_the_first_days_are_free_of_what_is_charged_already(tmp_path: Path) -> None:
    words = "fee is 2.50 for every day the hire came back after due_on. If it isn't back yet, count up to today. Return { fee }. The first two days are free."
    check(tmp_path, "hire", words, "2.5 * math.greatest(math.greatest(days_between(hire.due_on, coalesce(hire.back_on, today)), 0) - 2, 0)")


@pytest.mark.parametrize(
    ("of", "words", "steps"),
    [
        ("job", "The price is 30 per day. With 7 days or more the price is reduced by 10%, with 28 days or more by 20%. Return { price }.", ["days >= 28 ? 20 : days >= 7 ? 10 : 0"]),
        ("job", "price is 30 per day, with 10% off from 7 days and 20% off from 28 days. Return { price }.", ["price * (days >= 28 ? 20 : days >= 7 ? 10 : 0) / 100"]),
        ("job", "From 7 days on the price is discounted by 10%. The price is days times 30. Return { price }.", ["days >= 7 ? price - price * 0.1 : price"]),
        ("job", "rent is 30 per day. Drivers younger than 25 pay an extra 9.50 per day, and no discount applies to that extra. net is the rent plus the extra. Return { net }.", ["age < 25 ? days * 9.5 : 0", "rent + extra"]),
        ("hire", "total is qty times price, and with more than 50 pieces it's 8% off the whole thing. Return { total }.", ["hire.qty > 50 ? total - total * 0.08 : total"]),
        ("hire", "It multiplies the qty by the daily_fee of the item and rounds that half up to cents: this is base. Return base.", ["round(hire.qty * item.daily_fee, 2)"]),
        ("hire", "If due_on has passed, express_fee is 30 percent of the price; otherwise it is 0. Return express_fee.", ["hire.due_on < today ? hire.price * 0.3 : 0"]),
        ("item", "For each crate of the item, take its weight times the price_per_kg of its material and add that up to get payout. Return { payout }.", ["crates.sum(c, c.weight * must("]),
    ],
)
def test_discounts_and_extras(tmp_path: Path, of: str, words: str, steps: list[str]) -> None:
    check(tmp_path, of, words, *steps)


def test_a_value_for_one_case_alone_is_asked_about(tmp_path: Path) -> None:
    kind, text = told(tmp_path, "hire", "If due_on is before today, the express fee is 30 percent of the price. Return express_fee.")
    assert (kind, "every other case" in text) == ("question", True), text
