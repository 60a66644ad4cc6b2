# SPDX-License-Identifier: MIT
"""The peer of cache_bench: Flask-Caching's memoize with a pandas frame, over Redis and over files.

Prints a line "name nanoseconds" for each figure, and the computations of a herd of 8 processes.
"""
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import flask
import flask_caching
import numpy
import pandas

SIZES = {"64": 64, "4096": 4096, "1000000": 1_000_000, "100000000": 100_000_000}


def make_frame(size):
    rows = size // 16
    return pandas.DataFrame({"value": numpy.arange(rows, dtype="float64"),
                             "count": numpy.arange(rows, dtype="int64")})


def median_ns(count, operation):
    operation()
    times = []
    for _ in range(count):
        start = time.perf_counter_ns()
        operation()
        times.append(time.perf_counter_ns() - start)
    return statistics.median(times)


def herd(cache, folder, name):
    """How often 8 processes that miss one key together compute it."""
    log = os.path.join(folder, "computed_" + name)
    gate_reader, gate_writer = os.pipe()

    @cache.memoize()
    def query(number):
        with open(log, "a", encoding="ascii") as computed:
            computed.write(".")
        time.sleep(0.3)
        return number

    children = []
    for _ in range(8):
        child = os.fork()
        if child == 0:
            os.close(gate_writer)
            os.read(gate_reader, 1)
            query(1)
            os._exit(0)
        children.append(child)
    os.close(gate_writer)
    for child in children:
        os.waitpid(child, 0)
    os.close(gate_reader)
    return os.path.getsize(log)


def measure(name, config, folder):
    app = flask.Flask(name)
    cache = flask_caching.Cache(app, config={"CACHE_DEFAULT_TIMEOUT": 3600, **config})
    with app.app_context():
        @cache.memoize()
        def load(size):
            return make_frame(size)

        def scan(size):
            frame = load(size)
            return frame["value"].sum() + frame["count"].sum()

        for label, size in SIZES.items():
            count = 200 if size <= 4096 else 50 if size <= 1_000_000 else 5
            print(f"{name}_hit_{label}", median_ns(count, lambda: load(size)))
        print(f"{name}_scan", median_ns(5, lambda: scan(SIZES["100000000"])))
        print(f"{name}_herd", herd(cache, folder, name), flush=True)


def main():
    folder = tempfile.mkdtemp(prefix="ekiden_bench_")
    socket = os.path.join(folder, "redis.sock")
    server = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", socket, "--save", "",
                               "--appendonly", "no", "--dir", folder], stdout=subprocess.PIPE)
    try:
        for line in server.stdout:
            if b"accept connections" in line:
                break
        measure("redis", {"CACHE_TYPE": "RedisCache",
                          "CACHE_REDIS_URL": "unix://" + socket}, folder)
        measure("files", {"CACHE_TYPE": "FileSystemCache",
                          "CACHE_DIR": os.path.join(folder, "files")}, folder)
    finally:
        server.kill()
        server.wait()
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
