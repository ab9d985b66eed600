"""Which commands only read, so that sending them again applies nothing twice.

The names are Redis's; a command that is not here counts as a write.
"""
import six

__all__ = ['only_reads']

READS = frozenset('''
    PING ECHO TIME DBSIZE
    DUMP EXISTS EXPIRETIME KEYS OBJECT|ENCODING OBJECT|FREQ OBJECT|IDLETIME OBJECT|REFCOUNT
    PEXPIRETIME PTTL RANDOMKEY SCAN SORT_RO TOUCH TTL TYPE MEMORY|USAGE
    GET GETRANGE LCS MGET STRLEN SUBSTR BITCOUNT BITFIELD_RO BITPOS GETBIT
    LINDEX LLEN LPOS LRANGE
    SCARD SDIFF SINTER SINTERCARD SISMEMBER SMEMBERS SMISMEMBER SRANDMEMBER SSCAN SUNION
    ZCARD ZCOUNT ZDIFF ZINTER ZINTERCARD ZLEXCOUNT ZMSCORE ZRANDMEMBER ZRANGE ZRANGEBYLEX
    ZRANGEBYSCORE ZRANK ZREVRANGE ZREVRANGEBYLEX ZREVRANGEBYSCORE ZREVRANK ZSCAN ZSCORE ZUNION
    HEXISTS HEXPIRETIME HGET HGETALL HKEYS HLEN HMGET HPEXPIRETIME HPTTL HRANDFIELD HSCAN
    HSTRLEN HTTL HVALS
    PFCOUNT
    GEODIST GEOHASH GEOPOS GEORADIUSBYMEMBER_RO GEORADIUS_RO GEOSEARCH
    XINFO|CONSUMERS XINFO|GROUPS XINFO|STREAM XLEN XPENDING XRANGE XREAD XREVRANGE
    VCARD VDIM VEMB VGETATTR VINFO VISMEMBER VLINKS VRANDMEMBER VSIM
'''.split())


def only_reads(commands):
    """Tell whether each of *commands*, tuples of words, leaves the data as it is."""
    return all(_name(args[:1]) in READS or _name(args[:2]) in READS for args in commands)


def _name(words):
    """Return the name that *words* make, redis-py's ``'OBJECT ENCODING'`` among them."""
    words = [word.decode('utf-8', 'replace') if isinstance(word, bytes) else word
             for word in words]
    return '|'.join(' '.join([six.text_type(word) for word in words]).upper().split())
