"""A network that lies: a proxy in front of a server, which does to each command what a test asks for.

The proxy speaks Redis's protocol, one command at a time: it takes a command from the client, hands it to the server and
gives the reply back. A fault is a function that takes the place of that for one command::

    with Proxy(server) as proxy:
        proxy.next(lose_reply, after=2)     # two commands pass, the third one loses its reply
        proxy.always(answer('LOADING Redis is loading the dataset in memory'))

It is called with a :class:`Link` and the command, as bytes, and decides what either side sees. What redis-py says by
itself when it connects passes untouched, and does not count.
"""
import os
import random
import shutil
import socket
import ssl
import struct
import tempfile
import threading
import time

#: What every parser refuses. Not here: ``:many`` and ``$few``, which are -1 and None to hiredis 1.
GARBAGE = [b'?what\r\n', b'*1\r\n?\r\n', b'*2\r\n:1\r\nmany\r\n', b'HTTP/1.1 400 Bad Request\r\n\r\n',
           b'\0' * 8 + b'\r\n']

#: What redis-py sends on its own account.
OWN = frozenset([b'AUTH', b'CLIENT', b'HELLO', b'PING', b'READONLY', b'SELECT', b'COMMAND', b'CLUSTER', b'INFO'])


class Gone(Exception):
    """One side of the connection is closed."""


class _Reader(object):
    """Takes one value of the protocol after the other from *sock*, as the bytes that came."""

    def __init__(self, sock):
        self._sock = sock
        self._data = b''

    def value(self):
        """The bytes of one value, whatever its type; pushes that come before it are part of them."""
        line = self._line()
        kind, rest = line[:1], line[1:-2]
        if kind in (b'$', b'=', b'!'):
            return line + (self._exactly(int(rest) + 2) if int(rest) >= 0 else b'')
        if kind in (b'*', b'~', b'>', b'%', b'|'):
            count = max(0, int(rest)) * (2 if kind in (b'%', b'|') else 1)
            items = [self.value() for _ in range(count)]
            return line + b''.join(items) + (self.value() if kind in (b'>', b'|') else b'')
        return line

    def _line(self):
        while b'\r\n' not in self._data:
            self._more()
        line, _, self._data = self._data.partition(b'\r\n')
        return line + b'\r\n'

    def _exactly(self, size):
        parts = [self._data]
        left = size - len(self._data)
        while left > 0:
            self._data = b''
            self._more()
            parts.append(self._data)
            left -= len(self._data)
        data = b''.join(parts)
        self._data = data[size:]
        return data[:size]

    def _more(self):
        try:
            data = self._sock.recv(1 << 16)
        except (socket.error, ValueError):
            data = b''
        if not data:
            raise Gone
        self._data += data


def name_of(command):
    """The name of *command*, the bytes of an array of words, in capitals."""
    return command.split(b'\r\n', 3)[2].upper()


class Link(object):
    """One connection of a client through *proxy*, and what a fault can do with it."""

    #: What becomes of whatever comes next where the network has forgotten the connection.
    forgotten = None

    def __init__(self, proxy, client, server):
        self.proxy = proxy
        self._client, self._server = client, server
        self._from_client, self._from_server = _Reader(client), _Reader(server)

    def run(self):
        try:
            while True:
                command = self._from_client.value()
                if self.forgotten:
                    self.forgotten(self, command)
                fault = None if name_of(command) in OWN else self.proxy.fault()
                (fault or relay)(self, command)
        except (Gone, socket.error):
            pass
        finally:
            self.cut()

    def execute(self, command):
        """Let the server run *command* and return its reply, as bytes."""
        self.send_on(command)
        return self._from_server.value()

    def execute_rest(self):
        """Let the server run what else the client has sent, until nothing comes for a moment."""
        self._client.settimeout(0.02)
        try:
            while True:
                self.execute(self._from_client.value())
        except Gone:
            pass

    def send_on(self, data):
        """Give *data* to the server."""
        self._server.sendall(data)

    def answer(self, data):
        """Give *data* to the client."""
        self._client.sendall(data)

    def wait(self):
        """Take what the client sends, and do nothing with it, until the client gives up."""
        while True:
            self._from_client.value()

    def cut(self, reset=False):
        """Close both sides; with *reset* the client is told so, instead of reading to the end."""
        for one in (self._client, self._server):
            try:
                if reset:
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
                # close() alone would not wake up who reads from it.
                one.shutdown(socket.SHUT_RD if reset else socket.SHUT_RDWR)
            except (socket.error, ValueError):
                pass
            one.close()
        raise Gone


def relay(link, command):
    """No fault: what the proxy does with all other commands."""
    link.answer(link.execute(command))


# -- the faults

def cut_before(link, command):
    """Close before the server has anything of the command."""
    link.cut()


def cut_mid_request(link, command):
    """Close when the server has half of the command."""
    link.send_on(command[:len(command) // 2])
    link.cut()


def lose_reply(link, command):
    """Close when the server has run the command, and before its reply."""
    link.execute(command)
    link.cut()


def lose_all_replies(link, command):
    """Close when the server has run the command and what follows it."""
    link.execute(command)
    link.execute_rest()
    link.cut()


def cut_mid_reply(link, command):
    """Close when the client has half of the reply."""
    reply = link.execute(command)
    link.answer(reply[:max(1, len(reply) // 2)])
    link.cut()


def reset_before(link, command):
    """As cut_before, but not politely."""
    link.cut(reset=True)


def reset_after(link, command):
    """As lose_reply, but not politely."""
    link.execute(command)
    link.cut(reset=True)


def stall(link, command):
    """Let the server run the command, and the client wait for the reply until it gives up."""
    link.execute(command)
    link.wait()


def half_open(link, command):
    """The server is gone and nobody tells the client, who waits until it gives up."""
    link._server.close()
    link.wait()


def delay(link, command):
    """Give the reply a little later."""
    reply = link.execute(command)
    time.sleep(0.02)
    link.answer(reply)


def slow(link, command):
    """Give the reply byte by byte."""
    reply = link.execute(command)
    for place in range(len(reply)):
        link.answer(reply[place:place + 1])


def garbage(link, command):
    """Give what is no reply at all."""
    link.execute(command)
    link.answer(GARBAGE[link.proxy.seen % len(GARBAGE)])
    link.wait()


def answer(text):
    """A fault: the server has nothing of the command, and the reply is the error *text*."""
    def refuse(link, command):
        link.answer(b'-' + text.encode('ascii') + b'\r\n')
    refuse.__name__ = str(text.split()[0])
    return refuse


LOSSES = [cut_before, cut_mid_request, lose_reply, lose_all_replies, cut_mid_reply, reset_before, reset_after, stall,
          half_open, garbage]
DELAYS = [delay, slow]
REFUSALS = [answer(text) for text in (
    'LOADING Redis is loading the dataset in memory',
    "READONLY You can't write against a read only replica.",
    'MOVED 3999 127.0.0.1:1',
    'ASK 3999 127.0.0.1:1',
    'TRYAGAIN Multiple keys request during rehashing of slot',
    "OOM command not allowed when used memory > 'maxmemory'.",
    "NOPERM this user has no permissions to run the 'incr' command",
    'EXECABORT Transaction discarded because of previous errors.',
    'MISCONF Redis is configured to save RDB snapshots',
    'NOAUTH Authentication required.',
    'ERR something went wrong',
)]


class Proxy(object):
    """A door to *server*, at :attr:`port` or, with *unix*, at :attr:`path`.

    *certificate*, the names of its file and of that of its key, encrypts what goes through the door.
    """

    def __init__(self, server, unix=False, certificate=None):
        self._target = server.port
        self._tls = None
        if certificate:
            self._tls = ssl.SSLContext(getattr(ssl, 'PROTOCOL_TLS_SERVER', ssl.PROTOCOL_SSLv23))
            self._tls.load_cert_chain(*certificate)
        self._lock = threading.Lock()
        self._planned = {}
        self._always = None
        self.links = {}
        self.seen = 0
        self.port = self.path = None
        if unix:
            self._directory = tempfile.mkdtemp(prefix='redpipe-')
            self.path = os.path.join(self._directory, 'proxy')
            self._listener = socket.socket(socket.AF_UNIX)
            self._listener.bind(self.path)
        else:
            self._listener = socket.socket()
            self._listener.bind(('127.0.0.1', 0))
            self.port = self._listener.getsockname()[1]
        self._listener.listen(128)
        self._start(self._accept)

    def _start(self, function, *arguments):
        thread = threading.Thread(target=function, args=arguments)
        thread.daemon = True
        thread.start()
        return thread

    def _accept(self):
        while True:
            try:
                client = self._listener.accept()[0]
            except socket.error:
                return
            self._start(self._serve, client)

    def _serve(self, client):
        try:
            if self._tls:
                client = self._tls.wrap_socket(client, server_side=True)
            server = socket.create_connection(('127.0.0.1', self._target))
            for one in (client, server):
                if one.family != getattr(socket, 'AF_UNIX', None):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except (socket.error, ssl.SSLError):
            client.close()
            return
        link = Link(self, client, server)
        self.links[link] = client
        try:
            link.run()
        except Gone:
            pass
        finally:
            self.links.pop(link, None)

    # -- what the test asks for

    def next(self, fault, after=0):
        """Apply *fault* once, to the command that comes when *after* others have passed."""
        with self._lock:
            self._planned[self.seen + after] = fault

    def always(self, fault):
        """Apply *fault* to every command from now on; None ends it."""
        with self._lock:
            self._always = fault
            self._planned.clear()

    def fault(self):
        """What to do with the command that has just come; None for no fault."""
        with self._lock:
            self.seen += 1
            return self._planned.pop(self.seen - 1, self._always)

    def forget(self, then=reset_before):
        """Forget all connections, as a load balancer does that has not seen them for long: nobody is told.

        *then* is what becomes of the next command, those of redis-py's own too.
        """
        for link in list(self.links):
            link.forgotten = then

    def close_all(self, reset=False):
        """Close all connections; with *reset* not politely."""
        for link in list(self.links):
            try:
                link.cut(reset)
            except Gone:
                pass

    def kill(self):
        """Close one of the connections, any of them."""
        for link in random.sample(list(self.links), min(1, len(self.links))):
            try:
                link.cut(reset=random.random() < 0.5)
            except Gone:
                pass

    def stop(self):
        """Close all connections, and take no more."""
        try:
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes up who accepts
        except socket.error:
            pass
        self._listener.close()
        for link in list(self.links):
            try:
                link.cut()
            except Gone:
                pass
        if self.path:
            shutil.rmtree(self._directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stop()
