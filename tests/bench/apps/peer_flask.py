# SPDX-License-Identifier: MIT
"""Dash's dispatch of callbacks in plain Flask, with the first callback of echo.cpp."""
import flask

app = flask.Flask(__name__)
callbacks = {}


def callback(output, prop):
    def register(function):
        callbacks[f"{output}.{prop}"] = (output, prop, function)
        return function
    return register


@app.post("/_dash-update-component")
def dispatch():
    body = flask.request.get_json()
    output, prop, function = callbacks[body["output"]]
    arguments = [one.get("value") for one in body["inputs"] + body.get("state", [])]
    return flask.jsonify(multi=True, response={output: {prop: function(*arguments)}})


@app.get("/_dash-layout")
def layout():
    return flask.jsonify({})


@callback("out", "children")
def echo(value):
    return "You have selected " + value
