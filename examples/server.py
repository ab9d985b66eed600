"""A Redis server to play with, on port 6379 of this machine alone, until ctrl-c: ``make server``."""
import os
import socket
import subprocess
import sys

from examples.local import describe, find_servers


def main(port='6379'):
    found = find_servers()
    if not found:
        return 'no Redis server found; see examples/local.py'
    if not socket.socket().connect_ex(('127.0.0.1', int(port))):
        return 'something listens on port %s already' % port
    print('%s on 127.0.0.1:%s, with nothing in it; ctrl-c ends it' % (describe(found[0]), port))
    sys.stdout.flush()
    try:
        return subprocess.call([found[0], '--bind', '127.0.0.1', '--port', port, '--save', '', '--appendonly', 'no',
                                '--logfile', os.devnull])
    except KeyboardInterrupt:
        return 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
