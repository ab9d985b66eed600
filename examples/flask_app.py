"""The bookshop as a Flask application: ``REDIS_URL=redis://localhost flask --app examples.flask_app run``.

It has the functions and records of examples/bookshop.py and examples/readers.py, as the FastAPI application beside it.
"""
import os

import redis
from flask import Flask, abort

import redpipe
from examples import bookshop, readers

app = Flask(__name__)


def create_app():
    """Connect, and return the application; every worker process does this once."""
    redpipe.connect_redis(redis.Redis.from_url(os.environ.get('REDIS_URL', 'redis://localhost:6379')))
    return app


@app.get('/pages/<reader>')
def page(reader):
    with redpipe.autoexec() as pipe:
        return bookshop.page(reader, sorted(bookshop.SHELF), pipe=pipe)


@app.get('/readers/<reader>')
def profile(reader):
    with redpipe.autoexec() as pipe:
        record, followers = readers.profile(reader, pipe=pipe)
        visits = bookshop.visits(reader, pipe=pipe)
    if not record.persisted:
        abort(404, 'there is no reader %s' % reader)
    return {'reader': record, 'followers': sorted(followers), 'visits': visits}
