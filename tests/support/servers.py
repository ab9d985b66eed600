"""Deployments of more than one process, and with a lock on the door: Redis Cluster, Sentinel, TLS, users.

All of it is made of ``examples.local.Server``: private, on free ports of 127.0.0.1, and gone when Python ends.
"""
import contextlib
import os
import random
import socket
import subprocess
import time

import redis
import redis.sentinel

from examples.local import NoServer, Server, clock, find_servers

try:
    from redis.cluster import RedisCluster
except ImportError:  # redis-py before 4.1
    try:
        import rediscluster
        RedisCluster = getattr(rediscluster, 'StrictRedisCluster', None) or rediscluster.RedisCluster
    except ImportError:
        RedisCluster = None

SLOTS = 16384


def eventually(done, within=30):
    """Call *done* until it returns something true, and return that; an error of redis-py's counts as not yet."""
    end = clock() + within
    while True:
        error = None
        try:
            result = done()
            if result:
                return result
        except redis.RedisError as caught:
            error = caught
        if clock() > end:
            raise AssertionError('not done after %d seconds: %s' % (within, error or done.__name__))
        time.sleep(0.02)


def asked(client, *words):
    """The reply to a command as text, whatever redis-py makes of it."""
    reply = client.execute_command(*words)
    return reply.decode('utf-8') if isinstance(reply, bytes) else reply


class Node(Server):
    """A node of a cluster, alone until a :class:`Cluster` makes it meet others."""

    def _free_port(self):
        # The nodes talk to each other on a port of their own, 10000 higher, which no connection may take by chance:
        # both are below the range from which systems take the ports of connections.
        while True:
            port = random.randrange(10000, 20000)
            try:
                with contextlib.closing(socket.socket()) as one, contextlib.closing(socket.socket()) as other:
                    one.bind((self.host, port))
                    other.bind((self.host, port + 10000))
                return port
            except socket.error:
                pass

    def _command(self):
        return super(Node, self)._command() + [
            '--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf', '--cluster-node-timeout', '1000',
            '--repl-diskless-sync', 'yes', '--repl-diskless-sync-delay', '0']

    @property
    def asks(self):
        """A client of this node alone, made once."""
        if not hasattr(self, '_asks'):
            self._asks = redis.StrictRedis(unix_socket_path=self.unix_socket_path)
            self.id = asked(self._asks, 'CLUSTER', 'MYID')
        return self._asks

    def raw(self, *words):
        """The reply to a command as it comes, without redis-py's callbacks."""
        connection = redis.UnixDomainSocketConnection(path=self.unix_socket_path)
        try:
            connection.send_command(*words)
            return connection.read_response()
        finally:
            connection.disconnect()

    def nodes(self):
        """What this node knows of all: {id: (port, flags, the words that name its slots)}."""
        lines = [line.split() for line in asked(self.asks, 'CLUSTER', 'NODES').splitlines()]
        return dict((words[0], (int(words[1].split('@')[0].rsplit(':')[-1]), words[2].split(','), words[8:]))
                    for words in lines)

    def is_primary(self):
        return self.asks.info('replication')['role'] == 'master'


class Cluster(object):
    """A Redis Cluster of *primaries*, each with *replicas*; it is whole when the constructor returns.

    A node that does not answer for *timeout* seconds is replaced by its replica.
    """

    def __init__(self, primaries=3, replicas=1, timeout=15, binary=None):
        self.host = '127.0.0.1'
        self.nodes = []
        try:
            self._assemble(primaries, replicas, timeout, binary)
        except BaseException:
            self.stop()
            raise

    def _assemble(self, primaries, replicas, timeout, binary):
        for number in range(primaries * (1 + replicas)):
            self.nodes.append(Node(binary))
            asked(self.nodes[-1].asks, 'CLUSTER', 'SET-CONFIG-EPOCH', number + 1)
        first = self.nodes[:primaries]
        for number, node in enumerate(first):
            share = range(SLOTS * number // primaries, SLOTS * (number + 1) // primaries)
            asked(node.asks, 'CLUSTER', 'ADDSLOTS', *share)
        for node in self.nodes:
            for other in self.nodes:
                if other is not node:
                    asked(node.asks, 'CLUSTER', 'MEET', other.host, other.port)
        eventually(lambda: all(self._known(node) == len(self.nodes) for node in self.nodes))
        for number, node in enumerate(self.nodes[primaries:]):
            eventually(lambda: asked(node.asks, 'CLUSTER', 'REPLICATE', first[number % primaries].id))
        self.wait(primaries * replicas)
        # The nodes were quick to find each other; from now on a busy machine is no dead node.
        for node in self.nodes:
            asked(node.asks, 'CONFIG', 'SET', 'cluster-node-timeout', int(timeout * 1000))
        self.version = self.nodes[0].version

    @staticmethod
    def _known(node):
        return len([1 for _, flags, _ in node.nodes().values() if 'handshake' not in flags])

    def wait(self, replicas=0):
        """Wait until all living nodes agree on who has the slots, and *replicas* of them follow a primary."""
        def whole():
            views = set()
            for node in self.nodes:
                known = node.nodes()
                if 'cluster_state:ok' not in asked(node.asks, 'CLUSTER', 'INFO'):
                    return False
                views.add(tuple(sorted((port, tuple(slots)) for port, flags, slots in known.values()
                                       if slots and 'fail' not in flags)))
                if len([1 for _, flags, _ in known.values() if 'slave' in flags]) < replicas:
                    return False
                if node.asks.info('replication').get('master_link_status', 'up') != 'up':
                    return False
            return len(views) == 1
        eventually(whole)

    def primaries(self):
        return [node for node in self.nodes if node.is_primary()]

    def slot(self, key):
        return int(asked(self.nodes[0].asks, 'CLUSTER', 'KEYSLOT', key))

    def owner(self, slot):
        """The primary that has *slot*, as the nodes tell it."""
        for node in self.primaries():
            _, _, words = node.nodes()[node.id]
            for word in words:
                if not word.startswith('['):
                    first, _, last = word.partition('-')
                    if int(first) <= slot <= int(last or first):
                        return node

    def move(self, slot, target, pause=0.0):
        """Move *slot* with its keys to the primary *target*, in the way that tools do."""
        source = self.owner(slot)
        asked(target.asks, 'CLUSTER', 'SETSLOT', slot, 'IMPORTING', source.id)
        asked(source.asks, 'CLUSTER', 'SETSLOT', slot, 'MIGRATING', target.id)
        while True:
            keys = source.asks.execute_command('CLUSTER', 'GETKEYSINSLOT', slot, 1)
            if not keys:
                break
            asked(source.asks, 'MIGRATE', target.host, target.port, keys[0], 0, 5000)
            time.sleep(pause)
        for node in [target, source] + [one for one in self.primaries() if one not in (target, source)]:
            asked(node.asks, 'CLUSTER', 'SETSLOT', slot, 'NODE', target.id)

    def client(self, **options):
        """A new client of the cluster, redis-py's or redis-py-cluster's."""
        node = self.nodes[0]
        if RedisCluster.__module__.startswith('rediscluster'):
            return RedisCluster(startup_nodes=[{'host': one.host, 'port': one.port} for one in self.nodes], **options)
        return RedisCluster(host=node.host, port=node.port, **options)

    def kill(self, node):
        """End *node* at once; the others go on."""
        self.nodes.remove(node)
        node.stop()

    def flush(self):
        for node in self.primaries():
            node.asks.flushall()

    def stop(self):
        for node in self.nodes:
            node.stop()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stop()


class Watcher(Server):
    """A Sentinel that watches *primary* under the name ``main``."""

    def __init__(self, primary, timeout=1.0):
        self._watched = primary
        self._timeout = int(timeout * 1000)
        super(Watcher, self).__init__(primary.binary)

    def _command(self):
        lines = ['port %d' % self.port, 'bind %s' % self.host, 'dir %s' % self.directory,
                 'unixsocket %s' % self.unix_socket_path,
                 'sentinel monitor main %s %d 1' % (self._watched.host, self._watched.port),
                 'sentinel down-after-milliseconds main %d' % self._timeout,
                 'sentinel failover-timeout main %d' % (self._timeout * 5)]
        path = os.path.join(self.directory, 'sentinel.conf')
        with open(path, 'w') as config:
            config.write('\n'.join(lines) + '\n')
        return [self.binary, path, '--sentinel']


class Sentinel(object):
    """A primary, a replica of it, and a Sentinel that replaces the one by the other after *timeout* seconds."""

    def __init__(self, timeout=1.0):
        self.servers = []
        try:
            self.primary = self._add(Server(None, '--repl-diskless-sync-delay', '0'))
            self.replica = self._add(Server(None, '--replicaof', self.primary.host, str(self.primary.port)))
            eventually(lambda: self.replica.client().info('replication')['master_link_status'] == 'up')
            self.watcher = self._add(Watcher(self.primary, timeout))
            eventually(lambda: self.client().discover_slaves('main'))
        except BaseException:
            self.stop()
            raise

    def _add(self, server):
        self.servers.append(server)
        return server

    def client(self, **options):
        """redis-py's own client of the Sentinel, which makes clients of the primary."""
        return redis.sentinel.Sentinel([(self.watcher.host, self.watcher.port)], **options)

    def stop(self):
        for server in reversed(self.servers):
            server.stop()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stop()


class TLSServer(Server):
    """A server that takes encrypted connections at :attr:`tls_port`, with a certificate of its own making.

    NoServer where there is no binary that can, or no ``openssl`` command to make the certificate with.
    """

    def __init__(self):
        binaries = find_servers()
        for binary in binaries:
            try:
                return super(TLSServer, self).__init__(binary)
            except NoServer:
                pass
        raise NoServer('no server here that was built with TLS (%s); Debian has one: apt-get install redis-server'
                       % (', '.join(binaries) or 'none at all'))

    def _command(self):
        self.certificate = os.path.join(self.directory, 'certificate.pem')
        key = os.path.join(self.directory, 'key.pem')
        make = ['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', self.certificate,
                '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost',
                '-addext', 'keyUsage=digitalSignature,keyCertSign']
        try:
            with open(os.devnull, 'w') as nothing:
                subprocess.check_call(make, stdout=nothing, stderr=nothing)
        except (OSError, subprocess.CalledProcessError) as error:
            raise NoServer('no certificate could be made: %s' % error)
        self.tls_port = super(TLSServer, self)._free_port()
        return super(TLSServer, self)._command() + [
            '--tls-port', str(self.tls_port), '--tls-cert-file', self.certificate, '--tls-key-file', key,
            '--tls-ca-cert-file', self.certificate, '--tls-auth-clients', 'no']
