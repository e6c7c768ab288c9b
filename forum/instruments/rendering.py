"""Whom the pool of children tells what it is at the moment: nobody, unless there are metrics."""

from collections.abc import Callable
from dataclasses import dataclass


def _nobody(number: float) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Watch:
    waiting: Callable[[float], None] = _nobody  # by how many more texts wait for a child
    children: Callable[[float], None] = _nobody  # how many there are


watch = Watch()
