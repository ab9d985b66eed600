"""Facts of Redis, by command: which name a command has, what it does to the data, and where its keys are.

Names are Redis's, in upper case, with a blank between the words of those that have two. A command that no table here
has counts as one that may do anything. tests/support/commands.tsv, which the tests compare with
this, is Redis's own list.
"""
import six

__all__ = ['CONNECTION_COMMANDS', 'changes_connection', 'is_about_all_nodes', 'is_whole_name', 'keys_of',
           'known_outcome', 'name_of', 'only_reads', 'split_name']


# -- Names

def split_name(name):
    """Return the words of a command's name, as bytes: redis-py has ``'OBJECT ENCODING'`` and the like as one word.

    Blanks at either end go: keyspaces hide a name from redis-py's reply callbacks by one.
    """
    name = getattr(name, 'value', name)  # redis-py 2 has objects of its own for such words
    if isinstance(name, (bytearray, memoryview)):
        name = bytes(bytearray(name))
    return (name if isinstance(name, bytes) else six.text_type(name).encode('utf-8', 'replace')).split()


def name_of(words, length=1):
    """Return the name of the command of these *words*, by its first word or its first two, as *length* says.

    Text in upper case, of type str.
    """
    name = []
    for word in words[:length]:
        name += split_name(word)
    return six.ensure_str(b' '.join(name[:length]), errors='replace').upper()


def _is_in(names, words):
    return name_of(words) in names or name_of(words, 2) in names


# -- What commands do to the data

#: Commands that leave the data as it is: sending them again applies nothing twice.
READS = frozenset('''
    PING ECHO TIME DBSIZE
    DUMP EXISTS EXPIRETIME KEYS PEXPIRETIME PTTL RANDOMKEY SCAN SORT_RO TOUCH TTL TYPE
    GET GETRANGE LCS MGET STRLEN SUBSTR BITCOUNT BITFIELD_RO BITPOS GETBIT
    LINDEX LLEN LPOS LRANGE
    SCARD SDIFF SINTER SINTERCARD SISMEMBER SMEMBERS SMISMEMBER SRANDMEMBER SSCAN SUNION
    ZCARD ZCOUNT ZDIFF ZINTER ZINTERCARD ZLEXCOUNT ZMSCORE ZRANDMEMBER ZRANGE ZRANGEBYLEX
    ZRANGEBYSCORE ZRANK ZREVRANGE ZREVRANGEBYLEX ZREVRANGEBYSCORE ZREVRANK ZSCAN ZSCORE ZUNION
    HEXISTS HEXPIRETIME HGET HGETALL HKEYS HLEN HMGET HPEXPIRETIME HPTTL HRANDFIELD HSCAN
    HSTRLEN HTTL HVALS
    PFCOUNT
    GEODIST GEOHASH GEOPOS GEORADIUSBYMEMBER_RO GEORADIUS_RO GEOSEARCH
    XLEN XPENDING XRANGE XREAD XREVRANGE
    VCARD VDIM VEMB VGETATTR VINFO VISMEMBER VLINKS VRANDMEMBER VSIM
'''.split()) | frozenset([
    'OBJECT ENCODING', 'OBJECT FREQ', 'OBJECT IDLETIME', 'OBJECT REFCOUNT', 'MEMORY USAGE',
    'XINFO CONSUMERS', 'XINFO GROUPS', 'XINFO STREAM'])

#: Commands that write as a whole or, where the server refuses them, not at all. Scripts and functions are none:
#: they may have written before they were refused.
WRITES = frozenset('''
    COPY DEL EXPIRE EXPIREAT MIGRATE MOVE PERSIST PEXPIRE PEXPIREAT RENAME RENAMENX RESTORE SORT UNLINK
    APPEND DECR DECRBY GETDEL GETEX GETSET INCR INCRBY INCRBYFLOAT MSET MSETNX PSETEX SET SETEX SETNX SETRANGE
    BITFIELD BITOP SETBIT
    BLMOVE BLMPOP BLPOP BRPOP BRPOPLPUSH LINSERT LMOVE LMPOP LPOP LPUSH LPUSHX LREM LSET LTRIM RPOP RPOPLPUSH
    RPUSH RPUSHX
    SADD SDIFFSTORE SINTERSTORE SMOVE SPOP SREM SUNIONSTORE
    BZMPOP BZPOPMAX BZPOPMIN ZADD ZDIFFSTORE ZINCRBY ZINTERSTORE ZMPOP ZPOPMAX ZPOPMIN ZRANGESTORE ZREM
    ZREMRANGEBYLEX ZREMRANGEBYRANK ZREMRANGEBYSCORE ZUNIONSTORE
    HDEL HEXPIRE HEXPIREAT HGETDEL HGETEX HINCRBY HINCRBYFLOAT HMSET HPERSIST HPEXPIRE HPEXPIREAT HSET HSETEX HSETNX
    PFADD PFMERGE
    GEOADD GEORADIUS GEORADIUSBYMEMBER GEOSEARCHSTORE
    XACK XACKDEL XADD XAUTOCLAIM XCLAIM XDEL XDELEX XREADGROUP XSETID XTRIM
    VADD VREM VSETATTR
    FLUSHALL FLUSHDB SWAPDB
'''.split()) | frozenset([
    'XGROUP CREATE', 'XGROUP CREATECONSUMER', 'XGROUP DELCONSUMER', 'XGROUP DESTROY', 'XGROUP SETID'])

_KNOWN = READS | WRITES


def only_reads(commands):
    """Return True if each of *commands*, tuples of words, leaves the data as it is."""
    return all(_is_in(READS, words) for words in commands)


def known_outcome(commands):
    """Return True if none of *commands*, tuples of words, can have written where the server answers with an error."""
    return all(_is_in(_KNOWN, words) for words in commands)


# -- What may be queued

#: Commands that change the state of a connection that others will use after us, or that are answered by no reply or
#: by several. CLIENT SETNAME and SETINFO are none of them, for no reply depends on what a connection is called.
CONNECTION_COMMANDS = frozenset('''
    WATCH UNWATCH MULTI EXEC DISCARD MONITOR SYNC PSYNC REPLCONF
    SUBSCRIBE PSUBSCRIBE SSUBSCRIBE UNSUBSCRIBE PUNSUBSCRIBE SUNSUBSCRIBE
    SELECT AUTH HELLO RESET QUIT READONLY READWRITE ASKING
'''.split()) | frozenset([
    'SCRIPT DEBUG', 'CLIENT REPLY', 'CLIENT TRACKING', 'CLIENT CACHING', 'CLIENT NO-EVICT', 'CLIENT NO-TOUCH',
    'HIMPORT PREPARE', 'HIMPORT DISCARD', 'HIMPORT DISCARDALL'])

#: First words of those that have two.
_NEED_SECOND_WORD = frozenset(name.split()[0] for name in CONNECTION_COMMANDS if ' ' in name)


def changes_connection(words):
    """Return the name of the command of these *words* if it changes the connection, which is shared, else None."""
    for length in 1, 2:
        name = name_of(words, length)
        if name in CONNECTION_COMMANDS:
            return name
    return None


def is_whole_name(name):
    """Return True if a command's *name* alone tells whether it changes the connection."""
    return len(split_name(name)) != 1 or name_of((name,)) not in _NEED_SECOND_WORD


# -- Where the keys are

#: For the first word of a command, a function from all of its words to the keys among them.
#: Not here: commands with one key, which is their second word.
KEYS_OF = {}


def keys_are(find, names):
    """Let *find* tell the keys of the commands called *names*, a text with blanks in between."""
    KEYS_OF.update(dict.fromkeys(names.split(), find))


def _counted(at):
    """The keys whose number is the word *at*, which they follow."""
    return lambda words: words[at + 1:at + 1 + int(words[at])]


def _after(start, **options):
    """The first word is followed by a key, and so are STORE and STOREDIST among the options.

    These begin at *start*; *options* are others, with how many words follow each.
    """
    def find(words):
        keys, position = words[1:2], start
        while position < len(words):
            option = name_of(words[position:])
            if option in ('STORE', 'STOREDIST'):
                keys += words[position + 1:position + 2]
                position += 1
            position += 1 + options.get(option, 0)
        return keys
    return find


def _index_of(option, words, start=0):
    return [name_of((word,)) for word in words].index(option, start)


def _streams(start):
    """Names follow the word STREAMS, which comes at *start* or later; half of them are keys."""
    def find(words):
        names = words[_index_of('STREAMS', words, start) + 1:]
        return names[:len(names) // 2]
    return find


keys_are(lambda words: words[1:],
         'DEL UNLINK EXISTS TOUCH MGET PFCOUNT PFMERGE '
         'SDIFF SDIFFSTORE SINTER SINTERSTORE SUNION SUNIONSTORE')
keys_are(lambda words: words[1::2], 'MSET MSETNX')
keys_are(lambda words: words[1:3],
         'RENAME RENAMENX RPOPLPUSH BRPOPLPUSH LMOVE BLMOVE SMOVE COPY LCS ZRANGESTORE GEOSEARCHSTORE')
keys_are(lambda words: words[1:-1], 'BLPOP BRPOP BZPOPMIN BZPOPMAX')
keys_are(lambda words: words[2:], 'BITOP')
keys_are(lambda words: words[1:2], 'SORT_RO GEORADIUS_RO GEORADIUSBYMEMBER_RO')
keys_are(lambda words: words[2:3], 'OBJECT MEMORY XINFO XGROUP PFDEBUG')
keys_are(lambda words: words[3:4] if words[3] else words[_index_of('KEYS', words) + 1:], 'MIGRATE')
keys_are(lambda words: words[2:2 + 2 * int(words[1]):2], 'MSETEX')
keys_are(_counted(1), 'LMPOP ZMPOP SINTERCARD ZINTERCARD ZDIFF ZINTER ZUNION')
keys_are(_counted(2), 'BLMPOP BZMPOP EVAL EVALSHA EVAL_RO EVALSHA_RO FCALL FCALL_RO')
keys_are(lambda words: words[1:2] + _counted(2)(words), 'ZDIFFSTORE ZINTERSTORE ZUNIONSTORE')
keys_are(_after(2, BY=1, LIMIT=2, GET=1), 'SORT')
keys_are(_after(6, COUNT=1), 'GEORADIUS')
keys_are(_after(5, COUNT=1), 'GEORADIUSBYMEMBER')
keys_are(_streams(1), 'XREAD')
keys_are(_streams(4), 'XREADGROUP')
keys_are(lambda words: [], 'PING ECHO TIME')

#: What is said to one node, but is about all of them.
_EVERYWHERE = frozenset('DBSIZE FLUSHALL FLUSHDB KEYS RANDOMKEY SCAN SCRIPT'.split())


def is_about_all_nodes(words):
    """Return True if the command of these *words* is about every node of a cluster."""
    return name_of(words) in _EVERYWHERE


def keys_of(words):
    """Return the keys among *words*, those of one command, as a list, or None where that is not known here."""
    find = KEYS_OF.get(name_of(words))
    if find is None:
        return None
    try:
        return find(split_name(words[0]) + list(words[1:]))
    except (IndexError, ValueError, TypeError):
        return None  # the server says what is wrong with it
