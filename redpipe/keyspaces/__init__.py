"""Keys of one purpose and one type as a class: what Redis keeps under them, as Python values.

A keyspace names its keys ``keyspace{key}``, codes them and their values with fields, and
knows which connection they live on::

    class Followers(redpipe.SortedSet):
        keyspace = 'F'

    with redpipe.autoexec() as pipe:
        followers = Followers(pipe)
        followers.zadd('ann', ['bob', 'cid'], score=1)
        count = followers.zcard('ann')

The commands have the names and parameters that redis-py gives them. Each returns a Future
of the decoded reply; what cannot be decoded is an error of that Future alone.
"""
from .generic import Keyspace
from .geo import Geo
from .hashes import Hash
from .hyperloglogs import HyperLogLog
from .lists import List
from .sets import Set
from .sharded_hashes import ShardedHash
from .sorted_sets import SortedSet
from .strings import String

__all__ = [
    'Keyspace',
    'String',
    'Set',
    'List',
    'SortedSet',
    'Hash',
    'ShardedHash',
    'HyperLogLog',
    'Geo',
]
