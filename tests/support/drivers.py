"""The two drivers of a batch, of one interface: the tests that take ``driver`` run over both.

Under the asyncio driver ``redpipe.connect_redis`` connects the asyncio twin of a client, which is made of the same
settings, and a root is one of ``redpipe.asyncio`` whose ``execute`` is awaited on the loop of the driver. What a test
says stays as it is. A test, or one of its parameters, that is marked ``blocking`` says why it has no asyncio side.
"""
import sys
import time

import redis

from redpipe.connections import ConnectionManager

__all__ = ['DRIVERS', 'Blocking']


class Blocking(object):
    """The blocking driver: clients, pools and errors are what they are."""

    is_asyncio = False

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def begin(self):
        """Begin a test."""

    def end(self):
        """End a test."""

    def twin(self, client):
        """Return what stands for the blocking *client* with this driver: a client of the same settings."""
        return client

    def run(self, value):
        """Return *value*, awaited if it has to be."""
        return value

    def pause(self, seconds):
        """Let others do something."""
        time.sleep(seconds)

    def disconnect(self, client):
        """Close the connections of *client*."""
        client.connection_pool.disconnect()

    def is_open(self, connection):
        """Return True if *connection*, one of a pool, is open."""
        return connection._sock is not None

    def can_read(self, connection):
        """Return True if there is something to be read from *connection*, which is open."""
        return connection.can_read()

    def interrupt_reading(self, connection, error):
        """Let who reads from *connection* next be interrupted by *error*."""
        raise error

    def look_at_idle(self, pool):
        """Fail if there is something to be read from a connection that waits in *pool*, which would reconnect it."""

    def backend(self, name=None):
        """Return what is behind the name of a connection."""
        return ConnectionManager.backend(name)


#: By name; asyncio is left out where redpipe.asyncio does not work.
DRIVERS = {'blocking': Blocking}

if sys.version_info >= (3, 8) and int(redis.__version__.split('.')[0]) >= 5:
    from asyncio_driver import Asyncio
    DRIVERS['asyncio'] = Asyncio
