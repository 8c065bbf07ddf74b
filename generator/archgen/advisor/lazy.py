"""A property that is computed once: functools.cached_property without the lock it takes before
Python 3.12, which is the largest part of a decision, and flips take hundreds of those."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class lazy(Generic[T]):
    def __init__(self, compute: Callable[[Any], T]) -> None:
        self.compute = compute
        self.name = compute.__name__
        self.__doc__ = compute.__doc__

    def __get__(self, instance: Any, owner: type) -> T:
        value = self.compute(instance)
        instance.__dict__[self.name] = value
        return value
