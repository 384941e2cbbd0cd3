"""What a run can be asked for."""

import argparse
from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    learners: int
    rounds: int
    seconds: float
    threads: int


def parse(arguments: list[str]) -> Options:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--learners", type=int, default=20_000, help="in the large data set")
    parser.add_argument("--rounds", type=int, default=5, help="of which the median counts")
    parser.add_argument("--seconds", type=float, default=3.0, help="of load in each round")
    parser.add_argument("--threads", type=int, default=8, help="clients at once")
    return Options(**vars(parser.parse_args(arguments)))
