"""Turns: in order, none lost to those who left."""

from __future__ import annotations

import asyncio

from edge_runtime.service.turns import Turns


def test_the_earlier_gets_the_next_turn_and_equals_keep_their_order() -> None:
    order: list[str] = []

    async def take(turns: Turns, name: str, at: float) -> None:
        async with turns.turn(at):
            order.append(name)

    async def main() -> None:
        turns = Turns(1)
        async with turns.turn(120.0):
            tasks = [
                asyncio.create_task(take(turns, name, at))
                for name, at in (
                    ("batch", 120.0),
                    ("phone 1", 15.0),
                    ("kiosk", 0.0),
                    ("phone 2", 15.0),
                )
            ]
            await asyncio.sleep(0)
        await asyncio.gather(*tasks)

    asyncio.run(main())
    assert order == ["kiosk", "phone 1", "phone 2", "batch"]


def test_so_many_at_a_time() -> None:
    under_way, most = 0, 0

    async def work(turns: Turns) -> None:
        nonlocal under_way, most
        async with turns.turn(0.0):
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(0.001)
            under_way -= 1

    async def main() -> None:
        turns = Turns(3)
        await asyncio.gather(*(work(turns) for _ in range(12)))

    asyncio.run(main())
    assert most == 3


def test_a_turn_that_comes_to_one_who_just_left_goes_to_the_next() -> None:
    async def hold(turns: Turns, got: asyncio.Event) -> None:
        async with turns.turn(0.0):
            got.set()

    async def main() -> None:
        turns = Turns(1)
        left, kept = asyncio.Event(), asyncio.Event()
        async with turns.turn(0.0):
            leaving = asyncio.create_task(hold(turns, left))
            staying = asyncio.create_task(hold(turns, kept))
            await asyncio.sleep(0)
        leaving.cancel()  # after its turn was given, before it woke up
        await asyncio.gather(leaving, staying, return_exceptions=True)
        assert kept.is_set()
        assert not left.is_set()
        async with turns.turn(120.0):
            pass

    asyncio.run(main())
