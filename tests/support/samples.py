"""What the tests call: a table of commands by their words, one of redis-py's methods, and the data they are about.

A line is a call. ``~`` before it: its reply holds times, counters or random digits, so that all digits are taken for
equal; ``?`` before it: only the types of what comes back are compared. ``$DUMP`` and the like are values that
:class:`Data` finds out.
"""
import csv
import datetime
import hashlib
import re
import shlex

import redis
import six

from places import COMMANDS
from servers import eventually

__all__ = ['COMMANDS', 'EXCLUDED', 'NO_METHOD', 'Data', 'by_method', 'by_words']

with open(COMMANDS) as table:
    #: The rows of the table of commands, as dicts.
    COMMANDS = list(csv.DictReader((line for line in table if not line.startswith('#')), delimiter='\t'))

#: What is not called, and why.
EXCLUDED = {
    'SUBSCRIBE': 'a pipe refuses it: it changes the connection',
    'PSUBSCRIBE': 'a pipe refuses it: it changes the connection',
    'SSUBSCRIBE': 'a pipe refuses it: it changes the connection',
    'UNSUBSCRIBE': 'a pipe refuses it: it changes the connection',
    'PUNSUBSCRIBE': 'a pipe refuses it: it changes the connection',
    'SUNSUBSCRIBE': 'a pipe refuses it: it changes the connection',
    'MULTI': 'a pipe refuses it: a transaction is an option of the connection',
    'EXEC': 'a pipe refuses it: a transaction is an option of the connection',
    'DISCARD': 'a pipe refuses it: a transaction is an option of the connection',
    'WATCH': 'a pipe refuses it: a transaction is an option of the connection',
    'UNWATCH': 'a pipe refuses it: a transaction is an option of the connection',
    'QUIT': 'a pipe refuses it: it ends the connection',
    'MONITOR': 'a pipe refuses it: it never ends',
    'SYNC': 'a pipe refuses it: it never ends',
    'PSYNC': 'a pipe refuses it: it never ends',
    'SELECT': 'a pipe refuses it: it changes the connection',
    'AUTH': 'a pipe refuses it: it changes the connection',
    'HELLO': 'a pipe refuses it: it changes the connection',
    'RESET': 'a pipe refuses it: it changes the connection',
    'READONLY': 'a pipe refuses it: it changes the connection',
    'READWRITE': 'a pipe refuses it: it changes the connection',
    'ASKING': 'a pipe refuses it: it changes the connection',
    'REPLCONF': 'a pipe refuses it: it changes the connection',
    'CLIENT REPLY': 'a pipe refuses it: it changes the connection',
    'CLIENT TRACKING': 'a pipe refuses it: it changes the connection',
    'CLIENT CACHING': 'a pipe refuses it: it changes the connection',
    'CLIENT NO-EVICT': 'a pipe refuses it: it changes the connection',
    'CLIENT NO-TOUCH': 'a pipe refuses it: it changes the connection',
    'SCRIPT DEBUG': 'a pipe refuses it: it changes the connection',
}

#: Methods that a pipe refuses, or that are something else in a pipeline of redis-py's too.
NO_METHOD = {
    'monitor': 'a pipe refuses it: it never ends',
    'quit': 'a pipe refuses it: it ends the connection',
    'sync': 'a pipe refuses it: it never ends',
    'psync': 'a pipe refuses it: it never ends',
    'select': 'a pipe refuses it: it changes the connection',
    'auth': 'a pipe refuses it: it changes the connection',
    'hello': 'a pipe refuses it: it changes the connection',
    'readonly': 'a pipe refuses it: it changes the connection',
    'readwrite': 'a pipe refuses it: it changes the connection',
    'client_reply': 'a pipe refuses it: it changes the connection',
    'client_no_evict': 'a pipe refuses it: it changes the connection',
    'client_no_touch': 'a pipe refuses it: it changes the connection',
    'client_tracking': 'a pipe refuses it: it changes the connection',
    'script_debug': 'a pipe refuses it: it changes the connection',
    'reset': 'empties the pipeline',
    'shutdown': 'a pipe refuses it: nothing answers',
    'unwatch': 'a pipe refuses it: a transaction is an option of the connection',
    'watch': 'a pipe refuses it: a transaction is an option of the connection',
}

WORDS = r'''
COPY string new
COPY string hash REPLACE
COPY nothing new
DEL string hash nothing
DUMP string
DUMP nothing
EXISTS string string nothing
EXPIRE string 100
EXPIRE nothing 100
EXPIRE string soon
EXPIREAT string 4102444800
EXPIRETIME string
EXPIRETIME volatile
KEYS h*
KEYS nothing*
MIGRATE 127.0.0.1 1 nothing 0 10
MOVE string 5
MOVE nothing 5
OBJECT ENCODING string
OBJECT ENCODING nothing
OBJECT FREQ string
OBJECT HELP
OBJECT IDLETIME nothing
~ OBJECT IDLETIME string
OBJECT REFCOUNT string
PERSIST volatile
PERSIST string
PEXPIRE string 100000
PEXPIREAT string 4102444800000
PEXPIRETIME string
PEXPIRETIME volatile
~ PTTL volatile
PTTL string
PTTL nothing
? RANDOMKEY
RENAME string new
RENAME nothing new
RENAMENX string new
RENAMENX string hash
RESTORE new 0 $DUMP
RESTORE string 0 $DUMP
RESTORE string 0 $DUMP REPLACE
RESTORE new 0 garbage
SCAN 0 MATCH h* COUNT 1000
SCAN 0 COUNT 1000 TYPE hash
SCAN wrong
SORT numbers
SORT numbers BY weight_* GET # GET weight_* DESC
SORT list ALPHA LIMIT 0 2 STORE new
SORT list
SORT_RO numbers DESC
TOUCH string hash nothing
~ TTL volatile
TTL string
TTL nothing
TYPE string
TYPE stream
TYPE nothing
UNLINK string nothing
WAIT 0 0
WAITAOF 0 0 0

APPEND string !
APPEND hash !
DECR number
DECR string
DECRBY number 3
GET string
GET nothing
GET hash
GET
GET string string
GETDEL string
GETDEL nothing
GETEX string EX 100
GETEX nothing
GETRANGE string 0 4
GETSET string new
GETSET nothing new
GETSET hash new
INCR number
INCR nothing
INCR string
INCRBY number 5
INCRBYFLOAT float 0.25
INCRBYFLOAT string 0.25
LCS string other-string
LCS string other-string LEN
LCS string other-string IDX MINMATCHLEN 2 WITHMATCHLEN
MGET string nothing hash number
MGET
MSET a 1 b 2
MSET a
MSETNX a 1 b 2
MSETNX a 1 string 2
PSETEX string 100000 value
SET string value
SET string value EX 100 XX
SET string value NX
SET string value GET
SET nothing value GET
SET string value WRONG
SETEX string 100 value
SETEX string 0 value
SETNX string value
SETNX new value
SETRANGE string 6 Redis
STRLEN string
STRLEN nothing
SUBSTR string 0 4

BITCOUNT bits
BITCOUNT bits 0 0 BYTE
BITFIELD bits GET u8 0 SET u8 8 1 OVERFLOW FAIL INCRBY u2 100 5
BITFIELD_RO bits GET u8 0
BITOP AND new bits string
BITOP NOT new bits
BITPOS bits 0
BITPOS bits 1 2
GETBIT bits 3
SETBIT bits 3 0
SETBIT bits 3 7

BLMOVE list other-list LEFT RIGHT 0.01
BLMPOP 0.01 2 nothing list LEFT COUNT 2
BLPOP nothing list 1
BLPOP nothing 0.01
BRPOP list 1
BRPOPLPUSH list other-list 1
LINDEX list 1
LINDEX list 100
LINSERT list BEFORE b new
LINSERT list AFTER nothing new
LLEN list
LLEN nothing
LLEN hash
LMOVE list other-list LEFT RIGHT
LMOVE nothing other-list LEFT RIGHT
LMPOP 2 nothing list LEFT COUNT 2
LMPOP 1 nothing LEFT
LPOP list
LPOP list 2
LPOP nothing
LPOP nothing 2
LPOS list b
LPOS list b COUNT 0
LPOS list nothing
LPUSH list x y
LPUSHX nothing x
LRANGE list 0 -1
LRANGE nothing 0 -1
LRANGE list a b
LREM list 0 b
LSET list 0 new
LSET list 100 new
LTRIM list 0 1
RPOP list
RPOP list 2
RPOPLPUSH list other-list
RPOPLPUSH nothing other-list
RPUSH list x y
RPUSHX nothing x

SADD set a x
SADD string a
SCARD set
SDIFF set other-set
SDIFFSTORE new set other-set
SINTER set lonely
SINTER set set-of-d
SINTERCARD 2 set other-set LIMIT 1
SINTERSTORE new set other-set
SISMEMBER set a
SISMEMBER set nothing
SMEMBERS set
SMEMBERS nothing
SMISMEMBER set a nothing
SMOVE set other-set a
SMOVE set other-set nothing
SPOP lonely
SPOP lonely 2
SPOP nothing
SPOP nothing 2
SRANDMEMBER lonely
SRANDMEMBER lonely 5
SRANDMEMBER lonely -3
SRANDMEMBER nothing
SREM set a nothing
SSCAN set 0
SUNION lonely nothing
SUNIONSTORE new set other-set

BZMPOP 0.01 2 nothing zset MIN COUNT 2
BZMPOP 0.01 1 nothing MIN
BZPOPMAX zset 1
BZPOPMAX nothing 0.01
BZPOPMIN nothing zset 1
ZADD zset 1.5 x 2 a
ZADD zset XX CH INCR 2 a
ZADD zset NX INCR 2 a
ZADD zset wrong x
ZCARD zset
ZCOUNT zset 2 +inf
ZDIFF 2 zset other-zset
ZDIFF 2 zset other-zset WITHSCORES
ZDIFFSTORE new 2 zset other-zset
ZINCRBY zset 2.5 a
ZINCRBY zset wrong a
ZINTER 2 zset other-zset
ZINTER 2 zset other-zset WEIGHTS 2 3 AGGREGATE MAX WITHSCORES
ZINTERCARD 2 zset other-zset LIMIT 1
ZINTERSTORE new 2 zset other-zset WEIGHTS 2 3
ZLEXCOUNT zset - +
ZMPOP 2 nothing zset MAX COUNT 2
ZMPOP 1 nothing MAX
ZMSCORE zset a nothing
ZPOPMAX zset
ZPOPMAX zset 2
ZPOPMIN zset 2
ZPOPMIN nothing
ZRANDMEMBER one-zset
ZRANDMEMBER one-zset 5
ZRANDMEMBER one-zset -2 WITHSCORES
ZRANDMEMBER nothing
ZRANGE zset 0 -1
ZRANGE zset 0 -1 WITHSCORES
ZRANGE zset (1 +inf BYSCORE LIMIT 0 1 WITHSCORES
ZRANGEBYLEX zset [a (c
ZRANGEBYSCORE zset -inf 3
ZRANGEBYSCORE zset -inf 3 WITHSCORES LIMIT 1 1
ZRANGESTORE new zset 0 1
ZRANK zset b
ZRANK zset nothing
ZRANK zset b WITHSCORE
ZREM zset a nothing
ZREMRANGEBYLEX zset [a [b
ZREMRANGEBYRANK zset 0 0
ZREMRANGEBYSCORE zset 1 2
ZREVRANGE zset 0 -1
ZREVRANGE other-zset 0 -1 WITHSCORES
ZREVRANGEBYLEX zset (c [a
ZREVRANGEBYSCORE zset 3 -inf WITHSCORES
ZREVRANK zset b
ZREVRANK zset b WITHSCORE
ZSCAN zset 0
ZSCORE zset c
ZSCORE zset nothing
ZSCORE other-zset d
ZUNION 2 zset other-zset
ZUNION 2 zset other-zset WITHSCORES
ZUNIONSTORE new 2 zset other-zset AGGREGATE MIN

HDEL hash name nothing
HEXISTS hash name
HEXISTS hash nothing
HEXPIRE hash 100 FIELDS 2 name nothing
HEXPIRE nothing 100 FIELDS 1 name
HEXPIREAT hash 4102444800 FIELDS 1 name
HEXPIRETIME hash FIELDS 2 name nothing
HGET hash name
HGET hash nothing
HGET string name
HGETALL hash
HGETALL nothing
HGETALL string
HGETDEL hash FIELDS 2 name nothing
HGETEX hash EX 100 FIELDS 2 name nothing
HINCRBY hash age 2
HINCRBY hash name 2
HINCRBYFLOAT hash score 0.5
HKEYS hash
HLEN hash
HMGET hash name nothing age
HMGET nothing name
HMSET hash name Joe age 7
HPERSIST hash FIELDS 2 name nothing
HPEXPIRE hash 100000 FIELDS 1 name
HPEXPIREAT hash 4102444800000 FIELDS 1 name
HPEXPIRETIME hash FIELDS 1 name
HPTTL hash FIELDS 2 name nothing
HRANDFIELD one-hash
HRANDFIELD one-hash 5 WITHVALUES
HRANDFIELD one-hash -2
HRANDFIELD nothing
HSCAN hash 0
HSCAN hash 0 NOVALUES
HSET hash name Joe new value
HSET hash name
HSETEX hash EX 100 FIELDS 1 name Joe
HSETNX hash name Joe
HSETNX hash new Joe
HSTRLEN hash name
HTTL hash FIELDS 2 name nothing
HTTL nothing FIELDS 1 name
HVALS hash

PFADD hll a new
PFADD hll a
PFCOUNT hll other-hll
PFDEBUG ENCODING hll
PFMERGE new hll other-hll
PFSELFTEST 'takes a second'

GEOADD geo 2.34 48.85 Paris
GEOADD geo 999 999 nowhere
GEODIST geo Palermo Catania km
GEODIST geo Palermo nothing
GEOHASH geo Palermo nothing
GEOPOS geo Palermo nothing
GEORADIUS geo 15 37 200 km WITHCOORD WITHDIST WITHHASH ASC
GEORADIUS geo 15 37 200 km ASC
GEORADIUS geo 15 37 200 km STORE new
GEORADIUSBYMEMBER geo Palermo 200 km WITHDIST DESC
GEORADIUSBYMEMBER_RO geo Palermo 200 km ASC
GEORADIUS_RO geo 15 37 200 km ASC
GEOSEARCH geo FROMMEMBER Palermo BYRADIUS 200 km ASC
GEOSEARCH geo FROMLONLAT 15 37 BYBOX 400 400 km ASC WITHCOORD WITHDIST WITHHASH
GEOSEARCHSTORE new geo FROMMEMBER Palermo BYRADIUS 200 km

XACK stream group 1-1 3-1
XACKDEL stream group KEEPREF IDS 1 1-1
XADD stream 9-1 name Joe age 7
XADD stream 1-1 name Joe
XADD nothing NOMKSTREAM * name Joe
XAUTOCLAIM stream group bob 0 0 COUNT 1
XAUTOCLAIM stream group bob 0 0 COUNT 1 JUSTID
XCLAIM stream group bob 0 1-1
XCLAIM stream group bob 0 1-1 JUSTID
XDEL stream 1-1 7-7
XDELEX stream KEEPREF IDS 1 1-1
XGROUP CREATE stream other-group 0
XGROUP CREATE stream group 0
XGROUP CREATE nothing group $ MKSTREAM
XGROUP CREATECONSUMER stream group bob
XGROUP DELCONSUMER stream group alice
XGROUP DESTROY stream group
XGROUP HELP
XGROUP SETID stream group 0
~ XINFO CONSUMERS stream group
XINFO CONSUMERS stream nothing
XINFO GROUPS stream
XINFO GROUPS nothing
XINFO HELP
XINFO STREAM stream
~ XINFO STREAM stream FULL
XINFO STREAM nothing
XLEN stream
XPENDING stream group
~ XPENDING stream group - + 10
XPENDING stream nothing
XRANGE stream - +
XRANGE stream - + COUNT 1
XRANGE nothing - +
XREAD COUNT 1 STREAMS stream 0
XREAD STREAMS nothing 0
XREADGROUP GROUP group bob COUNT 2 STREAMS stream >
XREADGROUP GROUP group alice STREAMS stream 0
XREADGROUP GROUP nothing alice STREAMS stream >
XREVRANGE stream + - COUNT 2
XSETID stream 10-1
XTRIM stream MAXLEN 1

VADD vectors VALUES 2 0.5 0.5 new
VADD string VALUES 2 0.5 0.5 new
VCARD vectors
VDIM vectors
VEMB vectors one
VEMB vectors nothing
VGETATTR vectors one
VINFO vectors
VISMEMBER vectors one
VLINKS vectors one
VLINKS vectors one WITHSCORES
? VRANDMEMBER vectors
VREM vectors one
VSETATTR vectors one '{"year": 1}'
VSIM vectors VALUES 2 1 0
VSIM vectors VALUES 2 1 0 WITHSCORES
VSIM vectors VALUES 2 1 0 WITHSCORES WITHATTRIBS

PUBLISH channel message
PUBSUB CHANNELS
PUBSUB HELP
PUBSUB NUMPAT
PUBSUB NUMSUB channel other
PUBSUB SHARDCHANNELS
PUBSUB SHARDNUMSUB channel
SPUBLISH channel message

EVAL 'return {1, "two", {3}, false, redis.status_reply("FINE")}' 0
EVAL 'return redis.call("SET", KEYS[1], ARGV[1])' 1 new value
EVAL 'return redis.error_reply("MINE is an error of mine")' 0
EVAL 'return {1, redis.error_reply("MINE inside")}' 0
EVAL 'no lua' 0
EVAL 'return redis.call("NOTHING")' 0
EVALSHA $SHA 1 string
EVALSHA 0000000000000000000000000000000000000000 0
EVALSHA_RO $SHA 1 string
EVAL_RO 'return redis.call("GET", KEYS[1])' 1 string
FCALL echo 0 hello
FCALL nothing 0
FCALL_RO echo 0 hello
FUNCTION DELETE samples
FUNCTION DELETE nothing
FUNCTION DUMP
FUNCTION FLUSH
FUNCTION HELP
FUNCTION KILL
FUNCTION LIST
FUNCTION LIST WITHCODE
FUNCTION LOAD '#!lua name=other\nredis.register_function("other", function() return 1 end)'
FUNCTION LOAD nonsense
FUNCTION RESTORE $FUNCTIONS REPLACE
FUNCTION STATS
SCRIPT EXISTS $SHA 0000000000000000000000000000000000000000
SCRIPT FLUSH
SCRIPT HELP
SCRIPT KILL
SCRIPT LOAD 'return 2'

CLIENT GETNAME
CLIENT GETREDIR
CLIENT HELP
~ CLIENT ID
? CLIENT INFO
CLIENT KILL 127.0.0.1:1
CLIENT KILL ID 999999999
CLIENT LIST TYPE pubsub
? CLIENT LIST
CLIENT PAUSE 1
CLIENT SETINFO LIB-NAME tests
CLIENT SETNAME tests
CLIENT TRACKINGINFO
CLIENT UNBLOCK 999999999
CLIENT UNPAUSE
ECHO hello
PING
PING hello

CLUSTER ADDSLOTS 1
CLUSTER ADDSLOTSRANGE 1 2
CLUSTER BUMPEPOCH
CLUSTER COUNT-FAILURE-REPORTS node
CLUSTER COUNTKEYSINSLOT 1
CLUSTER DELSLOTS 1
CLUSTER DELSLOTSRANGE 1 2
CLUSTER FAILOVER
CLUSTER FLUSHSLOTS
CLUSTER FORGET node
CLUSTER GETKEYSINSLOT 1 1
CLUSTER HELP
CLUSTER INFO
CLUSTER KEYSLOT string
CLUSTER LINKS
CLUSTER MEET 127.0.0.1 1
CLUSTER MYID
CLUSTER MYSHARDID
CLUSTER NODES
CLUSTER REPLICAS node
CLUSTER REPLICATE node
CLUSTER RESET
CLUSTER SAVECONFIG
CLUSTER SET-CONFIG-EPOCH 1
CLUSTER SETSLOT 1 STABLE
CLUSTER SHARDS
CLUSTER SLAVES node
CLUSTER SLOT-STATS SLOTSRANGE 1 2
CLUSTER SLOTS

ACL CAT
ACL CAT hash
ACL CAT nothing
ACL DELUSER jack nobody
ACL DRYRUN jack GET string
~ ACL GENPASS
ACL GENPASS wrong
ACL GETUSER jack
ACL GETUSER nobody
ACL HELP
ACL LIST
ACL LOAD
ACL LOG RESET
~ ACL LOG
ACL SAVE
ACL SETUSER joe on nopass +@read ~*
ACL SETUSER joe wrong
ACL USERS
ACL WHOAMI
BGREWRITEAOF
BGSAVE
COMMAND COUNT
COMMAND DOCS get
COMMAND GETKEYS MSET a 1 b 2
COMMAND GETKEYSANDFLAGS SET a 1
COMMAND HELP
COMMAND INFO get nothing
COMMAND LIST FILTERBY PATTERN xgr*
CONFIG GET maxmemory-samples
CONFIG GET nothing
CONFIG HELP
CONFIG RESETSTAT
CONFIG REWRITE
CONFIG SET maxmemory-samples 5
CONFIG SET nothing 1
DBSIZE
DEBUG SLEEP 0
FAILOVER ABORT
FLUSHALL
FLUSHDB ASYNC
~ INFO keyspace
INFO nothing
~ INFO server
? INFO
~ LASTSAVE
LATENCY DOCTOR
LATENCY GRAPH command
LATENCY HELP
LATENCY HISTOGRAM nothing
LATENCY HISTORY command
LATENCY LATEST
LATENCY RESET
LOLWUT VERSION 5 1 1 1
? MEMORY DOCTOR
MEMORY HELP
? MEMORY MALLOC-STATS
MEMORY PURGE
? MEMORY STATS
MEMORY USAGE string
MEMORY USAGE nothing
MODULE HELP
MODULE LIST
MODULE LOAD /nothing.so
MODULE LOADEX /nothing.so
MODULE UNLOAD nothing
REPLICAOF NO ONE
RESTORE-ASKING new 0 $DUMP
ROLE
SAVE
SHUTDOWN ABORT
SLAVEOF NO ONE
? SLOWLOG GET
SLOWLOG GET wrong
SLOWLOG HELP
~ SLOWLOG LEN
SLOWLOG RESET
SWAPDB 5 6
~ TIME

NOTHING of the kind
GET NOTHING KNOWN
'''

METHODS = r'''
copy('string', 'new')
copy('string', 'hash', replace=True)
delete('string', 'hash', 'nothing')
dump('string')
exists('string', 'string', 'nothing')
exists('string')
expire('string', 100)
expire('string', datetime.timedelta(seconds=100))
expire('nothing', 100)
expireat('string', 4102444800)
expireat('string', datetime.datetime(2100, 1, 1))
expiretime('volatile')
keys('h*')
keys()
migrate('127.0.0.1', 1, ['nothing'], 0, 10)
move('string', 5)
object('encoding', 'string')
object('refcount', 'string')
object('freq', 'string')
~ object('idletime', 'string')
persist('volatile')
persist('string')
pexpire('string', 100000)
pexpireat('string', 4102444800000)
pexpiretime('volatile')
~ pttl('volatile')
pttl('nothing')
? randomkey()
rename('string', 'new')
rename('nothing', 'new')
renamenx('string', 'hash')
restore('new', 0, DUMP)
restore('string', 0, DUMP, replace=True)
restore('string', 0, b'garbage')
scan(0, match='h*', count=1000)
scan()
sort('numbers')
sort('numbers', by='weight_*', get=['#', 'weight_*'], desc=True, groups=True)
sort('list', start=0, num=2, alpha=True, store='new')
sort('list', start=0)
sort_ro('numbers', desc=True)
touch('string', 'nothing')
~ ttl('volatile')
ttl('nothing')
type('string')
type('nothing')
unlink('string', 'nothing')
wait(0, 0)
waitaof(0, 0, 0)

append('string', '!')
decr('number')
decr('number', 3)
decrby('number', 3)
get('string')
get('nothing')
get('hash')
get()
get(None)
get(['string'])
getdel('string')
getex('string', ex=100)
getex('string', ex=100, px=100)
getrange('string', 0, 4)
getset('string', 'new')
incr('number')
incr('string')
incrby('number', 5)
incrbyfloat('float', 0.25)
lcs('string', 'other-string')
lcs('string', 'other-string', idx=True, minmatchlen=2, withmatchlen=True)
mget('string', 'nothing')
mget(['string', 'number'])
mget([])
mset({'a': 1, 'b': 2.5})
mset({})
mset({'a': None})
msetnx({'a': 1, 'string': 2})
msetnx({'a': 1})
psetex('string', 100000, 'value')
set('string', 'value')
set('string', b'\x00\r\n\xff')
set('string', u'\u20ac')
set('string', 1.5)
set('string', bytearray(b'bytes'))
set('string', True)
set('string', None)
set('string', object())
set('string', 'value', ex=100, xx=True)
set('string', 'value', px=datetime.timedelta(seconds=100))
set('string', 'value', nx=True)
set('string', 'value', get=True)
set('string', 'value', ex=1, px=1)
setex('string', 100, 'value')
setex('string', 'value', 100)
setnx('string', 'value')
setnx('new', 'value')
setrange('string', 6, 'Redis')
strlen('string')
substr('string', 0, 4)

bitcount('bits')
bitcount('bits', 0, 1)
bitcount('bits', 0)
bitfield('bits').get('u8', 0).set('u8', 8, 1).incrby('u2', 100, 5, 'FAIL').execute()
bitfield_ro('bits', 'u8', 0)
bitop('AND', 'new', 'bits', 'string')
bitpos('bits', 0)
bitpos('bits', 2)
getbit('bits', 3)
setbit('bits', 3, 0)

blmove('list', 'other-list', 0.01, 'LEFT', 'RIGHT')
blmpop(0.01, 2, 'nothing', 'list', direction='LEFT', count=2)
blpop(['nothing', 'list'], 1)
blpop('nothing', 0.01)
brpop('list', 1)
brpoplpush('list', 'other-list', 1)
lindex('list', 1)
linsert('list', 'BEFORE', 'b', 'new')
llen('list')
llen('hash')
lmove('list', 'other-list', 'LEFT', 'RIGHT')
lmpop(2, 'nothing', 'list', direction='LEFT', count=2)
lpop('list')
lpop('list', 2)
lpos('list', 'b', count=0)
lpush('list', 'x', 'y')
lpushx('nothing', 'x')
lrange('list', 0, -1)
lrem('list', 0, 'b')
lset('list', 0, 'new')
lset('list', 100, 'new')
ltrim('list', 0, 1)
rpop('list')
rpop('list', 2)
rpoplpush('list', 'other-list')
rpush('list', 'x', 'y')
rpushx('nothing', 'x')

sadd('set', 'a', 'x')
scard('set')
sdiff('set', 'other-set')
sdiff(['set', 'other-set'])
sdiffstore('new', 'set', 'other-set')
sinter('set', 'other-set')
sintercard(2, ['set', 'other-set'], limit=1)
sinterstore('new', ['set', 'other-set'])
sismember('set', 'a')
sismember('set', 'nothing')
smembers('set')
smembers('nothing')
smismember('set', ['a', 'nothing'])
smove('set', 'other-set', 'a')
spop('lonely')
spop('lonely', 2)
srandmember('lonely')
srandmember('lonely', 5)
srem('set', 'a', 'nothing')
sscan('set', match='*', count=1000)
sunion('set', 'other-set')
sunionstore('new', 'set', 'other-set')

bzmpop(0.01, 2, ['nothing', 'zset'], min=True, count=2)
bzpopmax('zset', 1)
bzpopmin(['nothing', 'zset'], 1)
bzpopmin('nothing', 0.01)
zadd('zset', {'x': 1.5, 'a': 2})
zadd('zset', {'a': 2}, xx=True, ch=True, incr=True)
zadd('zset', {})
zadd('zset', 1.5, 'x', a=2)
zcard('zset')
zcount('zset', 2, '+inf')
zdiff(['zset', 'other-zset'], withscores=True)
zdiffstore('new', ['zset', 'other-zset'])
zincrby('zset', 2.5, 'a')
zincrby('zset', 'a', 2.5)
zinter(['zset', 'other-zset'], aggregate='MAX', withscores=True)
zinter(['zset', 'other-zset'])
zintercard(2, ['zset', 'other-zset'], limit=1)
zinterstore('new', {'zset': 2, 'other-zset': 3}, aggregate='MIN')
zlexcount('zset', '-', '+')
zmpop(2, ['nothing', 'zset'], max=True, count=2)
zmscore('zset', ['a', 'nothing'])
zpopmax('zset')
zpopmin('zset', 2)
zrandmember('one-zset')
zrandmember('one-zset', -2, withscores=True)
zrange('zset', 0, -1)
zrange('zset', 0, -1, withscores=True)
zrange('zset', 0, -1, desc=True, withscores=True, score_cast_func=int)
zrange('zset', 0, -1, withscores=True, score_cast_func=lambda score: 'as %s' % float(score))
zrangebylex('zset', '[a', '(c')
zrangebylex('zset', '[a', '(c', start=1)
zrangebyscore('zset', '-inf', 3, start=1, num=1, withscores=True)
zrangebyscore('zset', '-inf', 3, withscores=True, score_cast_func=int)
zrangestore('new', 'zset', 0, 1)
zrank('zset', 'b')
zrank('zset', 'b', withscore=True)
zrank('zset', 'nothing')
zrem('zset', 'a', 'nothing')
zremrangebylex('zset', '[a', '[b')
zremrangebyrank('zset', 0, 0)
zremrangebyscore('zset', 1, 2)
zrevrange('other-zset', 0, -1, withscores=True)
zrevrangebylex('zset', '(c', '[a')
zrevrangebyscore('zset', 3, '-inf', withscores=True)
zrevrank('zset', 'b')
zrevrank('zset', 'b', withscore=True)
zscan('zset')
zscan('zset', score_cast_func=int)
zscore('zset', 'c')
zscore('zset', 'nothing')
zunion(['zset', 'other-zset'], withscores=True)
zunion(['zset', 'other-zset'], aggregate='WRONG')
zunionstore('new', ['zset', 'other-zset'])

hdel('hash', 'name', 'nothing')
hexists('hash', 'name')
hexists('hash', 'nothing')
hexpire('hash', 100, 'name', 'nothing')
hexpireat('hash', 4102444800, 'name')
hexpiretime('hash', 'name')
hget('hash', 'name')
hget('string', 'name')
hgetall('hash')
hgetall('nothing')
hgetdel('hash', 'name', 'nothing')
hgetex('hash', 'name', ex=100)
hincrby('hash', 'age', 2)
hincrby('hash', 'name', 2)
hincrbyfloat('hash', 'score', 0.5)
hkeys('hash')
hlen('hash')
hmget('hash', ['name', 'nothing'])
hmget('hash', 'name', 'nothing')
hmset('hash', {'name': 'Joe', 'age': 7})
hmset('hash', {})
hpersist('hash', 'name')
hpexpire('hash', 100000, 'name')
hpexpireat('hash', 4102444800000, 'name')
hpexpiretime('hash', 'name')
hpttl('hash', 'name')
hrandfield('one-hash')
hrandfield('one-hash', 5, withvalues=True)
hscan('hash', match='*')
hscan('hash', no_values=True)
hset('hash', 'name', 'Joe')
hset('hash', mapping={'name': 'Joe', 'new': 1})
hset('hash')
hset('hash', 'name', None)
hsetex('hash', 'name', 'Joe', ex=100)
hsetnx('hash', 'name', 'Joe')
hsetnx('hash', 'new', 'Joe')
hstrlen('hash', 'name')
httl('hash', 'name', 'nothing')
hvals('hash')

pfadd('hll', 'a', 'new')
pfcount('hll', 'other-hll')
pfmerge('new', 'hll', 'other-hll')

geoadd('geo', 2.34, 48.85, 'Paris')
geoadd('geo', [2.34, 48.85, 'Paris'], ch=True)
geoadd('geo', [2.34, 48.85])
geodist('geo', 'Palermo', 'Catania', unit='km')
geodist('geo', 'Palermo', 'Catania', unit='wrong')
geohash('geo', 'Palermo', 'nothing')
geopos('geo', 'Palermo', 'nothing')
georadius('geo', 15, 37, 200, unit='km', withdist=True, withcoord=True, withhash=True, sort='ASC')
georadius('geo', 15, 37, 200, unit='km', sort='ASC')
georadius('geo', 15, 37, 200, unit='km', store='new')
georadiusbymember('geo', 'Palermo', 200, unit='km', withdist=True, sort='DESC')
geosearch('geo', member='Palermo', radius=200, unit='km', sort='ASC', withcoord=True)
geosearch('geo', longitude=15, latitude=37, width=400, height=400, unit='km', sort='ASC')
geosearchstore('new', 'geo', member='Palermo', radius=200, unit='km')

xack('stream', 'group', '1-1', '3-1')
xackdel('stream', 'group', '1-1')
xadd('stream', {'name': 'Joe'}, id='9-1')
xadd('stream', {}, id='9-1')
xautoclaim('stream', 'group', 'bob', 0, count=1)
xautoclaim('stream', 'group', 'bob', 0, justid=True)
xclaim('stream', 'group', 'bob', 0, ['1-1'])
xclaim('stream', 'group', 'bob', 0, ['1-1'], justid=True)
xdel('stream', '1-1', '7-7')
xdelex('stream', '1-1')
xgroup_create('stream', 'other-group', id='0')
xgroup_create('stream', 'group', id='0')
xgroup_createconsumer('stream', 'group', 'bob')
xgroup_delconsumer('stream', 'group', 'alice')
xgroup_destroy('stream', 'group')
xgroup_setid('stream', 'group', '0')
~ xinfo_consumers('stream', 'group')
xinfo_groups('stream')
xinfo_stream('stream')
~ xinfo_stream('stream', full=True)
xlen('stream')
xpending('stream', 'group')
~ xpending_range('stream', 'group', '-', '+', 10)
xrange('stream')
xrange('stream', count=1)
xread({'stream': '0'}, count=1)
xread({'nothing': '0'})
xreadgroup('group', 'bob', {'stream': '>'}, count=2)
xreadgroup('nothing', 'bob', {'stream': '>'})
xrevrange('stream', count=2)
xtrim('stream', maxlen=1, approximate=False)

vset().vadd('vectors', [0.5, 0.5], 'new')
vset().vcard('vectors')
vset().vdim('vectors')
vset().vemb('vectors', 'one')
vset().vemb('vectors', 'one', raw=True)
vset().vgetattr('vectors', 'one')
vset().vinfo('vectors')
vset().vlinks('vectors', 'one', with_scores=True)
? vset().vrandmember('vectors')
vset().vrem('vectors', 'one')
vset().vsetattr('vectors', 'one', {'year': 1})
vset().vsim('vectors', [1, 0])
vset().vsim('vectors', [1, 0], with_scores=True)
vset().vsim('vectors', [1, 0], with_scores=True, with_attribs=True)

publish('channel', 'message')
pubsub_channels()
pubsub_numpat()
pubsub_numsub('channel', 'other')
pubsub_shardchannels()
pubsub_shardnumsub('channel')
spublish('channel', 'message')

eval('return {1, "two", {3}, false}', 0)
eval('return redis.error_reply("MINE is an error of mine")', 0)
evalsha(SHA, 1, 'string')
evalsha('0' * 40, 0)
evalsha_ro(SHA, 1, 'string')
eval_ro('return redis.call("GET", KEYS[1])', 1, 'string')
fcall('echo', 0, 'hello')
fcall_ro('echo', 0, 'hello')
function_delete('samples')
function_dump()
function_flush()
function_kill()
function_list()
function_list(withcode=True)
function_load('#!lua name=other\nredis.register_function("other", function() return 1 end)')
function_restore(FUNCTIONS, 'REPLACE')
function_stats()
script_exists(SHA, '0' * 40)
script_flush()
script_kill()
script_load('return 2')

client_getname()
client_getredir()
~ client_id()
? client_info()
client_kill('127.0.0.1:1')
client_kill_filter(_id=999999999)
client_list(_type='pubsub')
? client_list()
client_pause(1)
client_setinfo('LIB-NAME', 'tests')
client_setname('tests')
client_trackinginfo()
client_unblock(999999999)
client_unpause()
echo('hello')
ping()


acl_cat()
acl_cat('hash')
acl_deluser('jack', 'nobody')
acl_dryrun('jack', 'GET', 'string')
~ acl_genpass()
acl_getuser('jack')
acl_getuser('nobody')
acl_help()
acl_list()
acl_load()
acl_log_reset()
~ acl_log()
acl_save()
acl_setuser('joe', enabled=True, nopass=True, categories=['+@read'], keys=['*'])
acl_users()
acl_whoami()
bgrewriteaof()
bgsave()
command_count()
command_docs('get')
command_getkeys('MSET', 'a', '1', 'b', '2')
command_getkeysandflags('SET', 'a', '1')
command_info('get')
command_list(pattern='xgr*')
config_get('maxmemory-samples')
config_resetstat()
config_rewrite()
config_set('maxmemory-samples', 5)
config_set('nothing', 1)
dbsize()
failover()
flushall()
flushdb(asynchronous=True)
~ info('keyspace')
~ info('server')
? info()
~ lastsave()
latency_doctor()
latency_graph()
latency_histogram('nothing')
latency_history('command')
latency_latest()
latency_reset()
lolwut(5, 1, 1, 1)
? memory_doctor()
? memory_help()
? memory_malloc_stats()
memory_purge()
? memory_stats()
memory_usage('string')
memory_usage('nothing')
module_list()
module_load('/nothing.so')
module_loadex('/nothing.so')
module_unload('nothing')
replicaof('NO', 'ONE')
role()
save()
slaveof()
? slowlog_get(1)
~ slowlog_len()
slowlog_reset()
swapdb(5, 6)
~ time()

json().set('string', '$', {'a': 1})
json().get('string')
bf().exists('string', 'a')
ts().get('string')
debug_object('string')
stralgo('LCS', 'a', 'b')
'''

_ROWS = dict((row['command'], row) for row in COMMANDS)
#: For the name of a method, the command of the table that it sends.
_METHODS = dict((re.sub(r'\(subcommand\)$', '', row['redispy_method']), row['command'])
                for row in reversed(COMMANDS) if row['redispy_method'])


class Sample(object):
    """A call: *text* as it stands in a table, *name* of the command or method, how its replies are compared.

    Its *type* is the one of its command, 'hash', 'server' and the like, and it *reads* if it changes nothing.
    ``queue(pipe, names)`` makes the call; what it returns is what the pipe returned.
    """

    def __init__(self, text, name, about):
        self.text = text
        self.name = name
        self.about = about
        row = _ROWS.get(_METHODS.get(name, name), {'type': 'unknown', 'access': ''})
        self.type = row['type']
        self.reads = row['access'] == 'read'

    def __repr__(self):
        return self.text


class Words(Sample):
    """A command by its words, the name being *parts* of them."""

    def __init__(self, text, name, about, words, parts):
        super(Words, self).__init__(text, name, about)
        self.words = words
        self.parts = parts

    def queue(self, pipe, names):
        words = [names[word[1:]] if word[:1] == '$' and word[1:] in names else word for word in self.words]
        return pipe.execute_command(' '.join(words[:self.parts]), *words[self.parts:])


class Method(Sample):
    """A command by the method that sends it; *known* tells whether this redis-py has it."""

    @property
    def known(self):
        return hasattr(redis.StrictRedis, self.name.partition('(')[0])

    def queue(self, pipe, names):
        return eval('pipe.' + self.text, dict(names, pipe=pipe, datetime=datetime))


def _lines(text):
    """Yield the lines of a table, each with the mark before it or ``''``."""
    for line in text.splitlines():
        about = line[:1] if line[:2] in ('~ ', '? ') else ''
        if line:
            yield line[2:] if about else line, about


def by_words():
    """Yield all commands by their words; a name of two words both as one and as two."""
    for line, about in _lines(WORDS):
        words = [word.replace('\\n', '\n') for word in shlex.split(line)]
        name = ' '.join(words[:2])
        if name in _ROWS:
            yield Words(line, name, about, words, 2)
        else:
            name = words[0]
        yield Words(line, name, about, words, 1)


def by_method():
    """Yield all commands by their methods."""
    for line, about in _lines(METHODS):
        yield Method(line, re.match(r'(vset\(\)\.)?\w+', line).group(), about)


class Data(object):
    """The data that the samples are about, on the server of *client*, which belongs to the tests alone."""

    def __init__(self, client):
        self._client = client
        where = client.connection_pool.connection_kwargs
        self._connection = redis.Connection(host=where['host'], port=where['port'])
        commands = [('CLIENT', 'REPLY', 'OFF')] + _DATA + [('CLIENT', 'REPLY', 'ON')]
        # redis-py 2.10 joins words of both kinds.
        self._packed = b''.join([six.ensure_binary(piece) for words in commands
                                 for piece in self._connection.pack_command(*words)])
        self.prepare()
        self.names = {
            'SHA': hashlib.sha1(SCRIPT.encode()).hexdigest(),
            'DUMP': client.dump('string'),
            'FUNCTIONS': self._asked('FUNCTION', 'DUMP') or b'nothing',
        }

    def _asked(self, *words):
        try:
            return self._client.execute_command(*words)
        except redis.ResponseError:
            return None

    def prepare(self):
        """Make everything as it was; what the server does not know it does without."""
        try:
            self._prepare()
        except redis.ConnectionError:  # a sample has killed the connection
            self._connection.disconnect()
            self._prepare()

    def _prepare(self):
        self._connection.send_packed_command([self._packed])
        assert self._connection.read_response() == b'OK'

    def prepare_after(self, sample):
        """Make everything as it was before *sample*."""
        self.settle_after(sample)
        if not sample.reads:
            self.prepare()

    def settle_after(self, sample):
        """Wait until the server has saved what it saves in the background."""
        if sample.name.upper() in ('BGSAVE', 'BGREWRITEAOF'):
            eventually(lambda: self._has_saved(sample))

    def _has_saved(self, sample):
        info = self._client.info('persistence')
        # From Redis 7 on a transaction saves a moment later; ``prepare`` has reset the counter.
        begun = sample.name.upper() != 'BGSAVE' or info.get('rdb_saves', 1)
        return begun and not any(info[name] for name in (
            'rdb_bgsave_in_progress', 'aof_rewrite_in_progress', 'aof_rewrite_scheduled'))


SCRIPT = 'return redis.call("STRLEN", KEYS[1])'
LIBRARY = '#!lua name=samples\nredis.register_function{function_name="echo", flags={"no-writes"}, ' \
    'callback=function(keys, args) return args[1] end}'

_DATA = [shlex.split(line) for line in """
FLUSHALL
SCRIPT FLUSH
FUNCTION FLUSH
ACL DELUSER joe
ACL SETUSER jack reset on >secret ~j* &news +@read
ACL LOG RESET
CONFIG SET slowlog-log-slower-than 0
SLOWLOG RESET
LATENCY RESET
CONFIG SET maxmemory-samples 5
CONFIG RESETSTAT
SET string 'Hello, World'
SET other-string 'Hello, Redis'
SET number 10
SET float 10.5
SET volatile soon
EXPIREAT volatile 4102444800
RPUSH list a b c b a
RPUSH other-list x y
RPUSH numbers 3 1 2
MSET weight_1 30 weight_2 10 weight_3 20
SADD set a b c
SADD other-set b c d
SADD set-of-d d
SADD lonely only
ZADD zset 1 a 2 b 3.5 c
ZADD other-zset 10 b inf d
ZADD one-zset 1 only
HSET hash name Jack
HSET hash age 42
HSET hash score 1.5
HSET one-hash name Jack
GEOADD geo 13.361389 38.115556 Palermo 15.087269 37.502669 Catania
PFADD hll a b c
PFADD other-hll c d
XADD stream 1-1 name Jack
XADD stream 2-1 name Jill age 42
XADD stream 3-1 name Bill
XGROUP CREATE stream group 0
XREADGROUP GROUP group alice COUNT 2 STREAMS stream >
VADD vectors VALUES 2 1 0 one
VADD vectors VALUES 2 0 1 two
VADD vectors VALUES 2 1 1 both
VSETATTR vectors both '{"year": 1985}'
""".splitlines() if line] + [
    ['SET', 'bits', b'\xff\xf0\x00'], ['SCRIPT', 'LOAD', SCRIPT], ['FUNCTION', 'LOAD', LIBRARY]]
