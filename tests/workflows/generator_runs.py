"""Sessions made at random, played one after another from the command line: what is counted and told."""

import argparse
import os
import time
import traceback
from collections import Counter
from collections.abc import Callable
from random import Random

from generated import TooLongError

from ipyprod.errors import IpyprodError


def play_sessions(description: str, play: Callable[[Random, int], str]) -> int:
    """Play sessions until enough are wrong; give the exit status.

    `play` takes a source of random numbers and the number of the session, and gives what is wrong,
    "" where nothing is.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--sessions", type=int, default=200)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--most-wrong", type=int, default=8)
    wishes = parser.parse_args()
    os.nice(10)
    started, outcomes = time.monotonic(), Counter[str]()
    for number in range(wishes.sessions):
        seed = f"{wishes.seed}:{number}"
        told = _outcome(play, seed, number, outcomes)
        if told:
            print(f"=== {seed}: {told}\n", flush=True)
        if outcomes["wrong"] + outcomes["fault"] >= wishes.most_wrong:
            break
    print(dict(outcomes), f"{time.monotonic() - started:.0f} s")
    return 1 if outcomes["wrong"] + outcomes["fault"] else 0


def _outcome(
    play: Callable[[Random, int], str], seed: str, number: int, outcomes: Counter[str]
) -> str:
    try:
        told = play(Random(seed), number)
    except TooLongError:
        outcomes["thrown away"] += 1
    except IpyprodError as error:
        outcomes[f"refused: {str(error)[:50]}"] += 1
    except Exception:
        outcomes["fault"] += 1
        return traceback.format_exc()
    else:
        outcomes["wrong" if told else "right"] += 1
        return told
    return ""


def shown_cells(cells: list[str], first: int) -> str:
    """Give cells with their numbers, from `first`."""
    return "\n".join(
        f"  [{place}] " + cell.replace("\n", "\n      ")
        for place, cell in enumerate(cells, start=first)
    )
