# SPDX-License-Identifier: MIT
"""The least that a WSGI server can serve, for comparing servers; asked for "slow", it takes 50 ms."""
import time


def app(environ, start_response):
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length and b'"slow' in environ["wsgi.input"].read(length):
        time.sleep(0.05)
    body = b'{"multi":true}'
    start_response("200 OK", [("Content-Type", "application/json"),
                              ("Content-Length", str(len(body)))])
    return [body]
