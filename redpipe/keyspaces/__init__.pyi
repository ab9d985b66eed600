from .generic import Keyspace
from .geo import Geo
from .hashes import Hash
from .hyperloglogs import HyperLogLog
from .lists import List
from .sets import Set
from .sharded_hashes import ShardedHash
from .sorted_sets import SortedSet
from .strings import String

__all__ = ['Keyspace', 'String', 'Set', 'List', 'SortedSet', 'Hash', 'ShardedHash', 'HyperLogLog', 'Geo']
