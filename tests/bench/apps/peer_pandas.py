# SPDX-License-Identifier: MIT
"""The callbacks of data.cpp in pandas, over the same numbers, with Flask-Caching as global store.

REDIS_SOCKET is the socket of the Redis that keeps it.
"""
import os

import flask_caching
import numpy
import pandas

from peer_flask import app, callback

cache = flask_caching.Cache(app, config={
    "CACHE_TYPE": "RedisCache", "CACHE_DEFAULT_TIMEOUT": 0,
    "CACHE_REDIS_URL": "unix://" + os.environ["REDIS_SOCKET"]})


def mix(number):
    number = (number + numpy.uint64(1)) * numpy.uint64(0x9E3779B97F4A7C15)
    number = (number ^ number >> numpy.uint64(30)) * numpy.uint64(0xBF58476D1CE4E5B9)
    number = (number ^ number >> numpy.uint64(27)) * numpy.uint64(0x94D049BB133111EB)
    return number ^ number >> numpy.uint64(31)


def value_of(bits):
    return ((bits % numpy.uint64(16384)).astype("float64") - 8192) / 1024


def make_data(rows):
    row = numpy.arange(rows, dtype="uint64")
    place = row % numpy.uint64(50) * numpy.uint64(7) + mix(row // numpy.uint64(50))
    names = numpy.array(["apples", "oranges", "figs", "pineapples"], dtype=object)
    bits = mix(row)
    return pandas.DataFrame({
        "category": names[numpy.searchsorted([5, 15, 35], place % numpy.uint64(50), side="right")],
        "day": ((bits >> numpy.uint64(32)) % numpy.uint64(50)).astype("int64"),
        "x": value_of(bits), "y": value_of(bits >> numpy.uint64(16))})


small = make_data(1_000)
million = make_data(1_000_000)
large = make_data(10_000_000)
categorical = large.astype({"category": "category"})


@callback("filter-small", "children")
def filter_small(value):
    filtered_df = small[small["category"] == value]
    return len(filtered_df)


@callback("filter-large", "children")
def filter_large(value):
    filtered_df = large[large["category"] == value]
    return len(filtered_df)


@callback("filter-categorical", "children")
def filter_categorical(value):
    filtered_df = categorical[categorical["category"] == value]
    return len(filtered_df)


@cache.memoize()
def small_store(value):
    return small[small["category"] == value]


@cache.memoize()
def large_store(value):
    return million[million["category"] == value]


def by_day(frame):
    return frame.groupby("day", as_index=False).agg({"x": "sum", "y": "mean"})


@cache.memoize()
def totals(value):
    return by_day(large_store(value))


@callback("graph-small", "figure")
def graph_small(value):
    filtered = small_store(value)
    return {"data": [{"type": "scatter", "mode": "markers",
                      "marker": {"opacity": 0.5, "size": 14,
                                 "line": {"border": "thin darkgrey solid"}},
                      "x": filtered["x"].tolist(), "y": filtered["y"].tolist()}],
            "layout": {"margin": {"l": 20, "r": 10, "b": 20, "t": 10}}}


def days(frame):
    day = frame["day"].tolist()
    return {"data": [{"type": "bar", "x": day, "y": frame["x"].tolist()},
                     {"type": "scatter", "x": day, "y": frame["y"].tolist()}], "layout": {}}


@callback("graph-large", "figure")
def graph_large(value):
    return days(by_day(large_store(value)))


@callback("graph-totals", "figure")
def graph_totals(value):
    return days(totals(value))
