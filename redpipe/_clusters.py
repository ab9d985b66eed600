"""Which node of a Redis Cluster a queued command goes to, and which commands can go to none.

The pipeline objects of cluster clients route by rules of their own, which differ from
version to version: some know where the keys of few commands are, some ask a server
about each EVAL or ZUNIONSTORE before the batch is sent, and most find out that keys
lie in different slots when a part of the batch has run. The pipes of RedPipe queue
words, so the words tell all of it here. What is not in these tables is left to the
client.
"""
import random

import redis
import six
from redis.exceptions import ConnectionError

from .exceptions import InvalidOperation, brief

__all__ = ['routing']

SLOTS = 16384

#: For the first word of a command, a function from all of its words to the keys among them.
#: Not here: commands with one key, which is their second word.
_KEYS = {}


def _keys(find, names):
    _KEYS.update(dict.fromkeys(names.split(), find))


def _counted(at):
    """The keys whose number is the word *at*, which they follow."""
    return lambda words: words[at + 1:at + 1 + int(words[at])]


def _after(start, **options):
    """The first word is followed by a key, and so are STORE and STOREDIST among the options.

    These begin at *start*; *options* are others, with how many words follow each.
    """
    def find(words):
        keys, place = words[1:2], start
        while place < len(words):
            option = _name(words[place])
            if option in ('STORE', 'STOREDIST'):
                keys += words[place + 1:place + 2]
                place += 1
            place += 1 + options.get(option, 0)
        return keys
    return find


def _place(option, words, start=0):
    return [_name(word) for word in words].index(option, start)


def _streams(start):
    """Names follow the word STREAMS, which comes at *start* or later; half of them are keys."""
    def find(words):
        names = words[_place('STREAMS', words, start) + 1:]
        return names[:len(names) // 2]
    return find


_keys(lambda words: words[1:],
      'DEL UNLINK EXISTS TOUCH MGET PFCOUNT PFMERGE '
      'SDIFF SDIFFSTORE SINTER SINTERSTORE SUNION SUNIONSTORE')
_keys(lambda words: words[1::2], 'MSET MSETNX')
_keys(lambda words: words[1:3],
      'RENAME RENAMENX RPOPLPUSH BRPOPLPUSH LMOVE BLMOVE SMOVE COPY LCS ZRANGESTORE GEOSEARCHSTORE')
_keys(lambda words: words[1:-1], 'BLPOP BRPOP BZPOPMIN BZPOPMAX')
_keys(lambda words: words[2:], 'BITOP')
_keys(lambda words: words[1:2], 'SORT_RO GEORADIUS_RO GEORADIUSBYMEMBER_RO')
_keys(lambda words: words[2:3], 'OBJECT MEMORY XINFO XGROUP PFDEBUG')
_keys(lambda words: words[3:4] if words[3] else words[_place('KEYS', words) + 1:], 'MIGRATE')
_keys(lambda words: words[2:2 + 2 * int(words[1]):2], 'MSETEX')
_keys(_counted(1), 'LMPOP ZMPOP SINTERCARD ZINTERCARD ZDIFF ZINTER ZUNION')
_keys(_counted(2), 'BLMPOP BZMPOP EVAL EVALSHA EVAL_RO EVALSHA_RO FCALL FCALL_RO')
_keys(lambda words: words[1:2] + _counted(2)(words), 'ZDIFFSTORE ZINTERSTORE ZUNIONSTORE')
_keys(_after(2, BY=1, LIMIT=2, GET=1), 'SORT')
_keys(_after(6, COUNT=1), 'GEORADIUS')
_keys(_after(5, COUNT=1), 'GEORADIUSBYMEMBER')
_keys(_streams(1), 'XREAD')
_keys(_streams(4), 'XREADGROUP')
_keys(lambda words: [], 'PING ECHO TIME')

#: What is said to one node, but is about all of them.
_EVERYWHERE = frozenset('DBSIZE FLUSHALL FLUSHDB KEYS RANDOMKEY SCAN SCRIPT'.split())


def _name(word):
    word = getattr(word, 'value', word)  # redis-py 2 has objects of its own for such words
    if isinstance(word, bytes):
        word = word.decode('utf-8', 'replace')
    return word.upper() if isinstance(word, six.text_type) else word


def _keys_of(words):
    """Return the keys among *words* as a list, or None where that is not known here."""
    name = _name(words[0])
    if ' ' in name:  # redis-py has 'MEMORY USAGE' and the like as one word
        words = tuple(name.split()) + words[1:]
        name = words[0]
    if name in _EVERYWHERE:
        raise InvalidOperation(
            '%s is about every node of a cluster, and cannot be queued on a pipe; '
            'call it on the client' % name)
    find = _KEYS.get(name)
    if find is None:
        return None
    try:
        return find(list(words))
    except (IndexError, ValueError, TypeError):
        return None  # the server says what is wrong with it


class _Routed(object):
    """A mixin for the classes of cluster pipelines: it tells where commands go."""

    def execute_command(self, *words, **options):
        # Clients look commands up by names of type str.
        words = (words[0] if isinstance(words[0], str) else str(_name(words[0])),) + words[1:]
        keys = _keys_of(words)
        if keys and len(keys) > 1:
            slots = [self._slot_of(key) for key in keys]
            if len(set(slots)) > 1:
                raise InvalidOperation(
                    'the keys of %s are in different slots of the cluster (%s), and one command '
                    'reaches one slot; give the keys a common {tag}, those of a keyspace at their '
                    'beginning, or queue a command for each'
                    % (words[0], ', '.join('%s: %d' % (brief(key), slot) for key, slot in list(zip(keys, slots))[:5])))
        return super(_Routed, self).execute_command(*words, **options)

    def _slot_of(self, key):
        nodes = self if hasattr(self, 'keyslot') else self.connection_pool.nodes
        return nodes.keyslot(key)

    def execute(self, *args, **options):
        try:
            return super(_Routed, self).execute(*args, **options)
        except ConnectionError:
            # Before 4.4 redis-py does not look for the node that has taken over.
            if hasattr(self, 'nodes_manager') and redis.VERSION < (4, 4):
                self.nodes_manager.initialize()
            raise

    # redis-py and valkey-py
    def determine_slot(self, *words):
        keys = _keys_of(words)
        if keys is None:
            return super(_Routed, self).determine_slot(*words)
        return self._slot_of(keys[0]) if keys else random.randrange(SLOTS)

    def _get_command_keys(self, *words):
        # Theirs may be a round trip.
        keys = _keys_of(words)
        return super(_Routed, self)._get_command_keys(*words) if keys is None else keys

    # redis-py-cluster
    def _determine_slot(self, *words):
        keys = _keys_of(words)
        if keys is None:
            return super(_Routed, self)._determine_slot(*words)
        return self._slot_of(keys[0]) if keys else random.randrange(SLOTS)

    if six.PY2:
        # redis-py-cluster's fails for words that are not ascii.
        annotate_exception = six.get_unbound_function(type(redis.StrictRedis().pipeline()).annotate_exception)


def _all_callbacks(pipe):
    """Return the reply callbacks of the nodes' clients and those of the cluster's."""
    callbacks = pipe.get_redis_connection(pipe.get_default_node()).response_callbacks
    callbacks = type(callbacks)(callbacks)
    callbacks.update(pipe.cluster_response_callbacks)
    return callbacks


def routing(make, transaction=False):
    """Return a callable that makes what *make* does, pipeline objects of a cluster client,
    and lets them route as told here.
    """
    classes = {}

    def make_routed():
        pipe = make()
        cls = type(pipe)
        if cls not in classes:
            classes[cls] = type(cls.__name__, (_Routed, cls), {})
        # Only the client can make a pipeline, so its class is changed afterwards. Functions as
        # attributes would do, but for the cycle, which Python 2.7 never frees: it has __del__.
        pipe.__class__ = classes[cls]
        if transaction:
            # redis-py leaves the replies within that of EXEC to the few callbacks of the cluster's.
            pipe.cluster_response_callbacks = _all_callbacks(pipe)
        return pipe

    return make_routed
