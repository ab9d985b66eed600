"""Makes redpipe._pipe_methods.pyi, the types of the commands that a pipe takes from redis-py::

    PYTHONPATH=. python tests/support/stub_of_commands.py

Names, parameters and their defaults are those of the installed redis-py. Its types are of little use to a pipe, which
returns Futures of bytes, so most of them are said again here. tests/project/test_types.py calls every command and
compares what comes back with what the stub says.
"""
import fnmatch
import inspect
import io
import os
import re
import typing

import redis

from places import ROOT
from redpipe._pipe_methods import MODULES, REDIS, REFUSED
from redpipe.pipelines import Pipeline

STUB = os.path.join(ROOT, 'redpipe', '_pipe_methods.pyi')

HEAD = '''\
# Made by tests/support/stub_of_commands.py, from redis-py %s.
# pyright: reportInvalidTypeVarUse=false
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, overload, type_check_only

from typing_extensions import TypeAlias, TypeVar

from .futures import Future

# A Future that has its result may be an argument.
_Text: TypeAlias = bytes | str | memoryview
_Word: TypeAlias = bytes | bytearray | memoryview | str | int | float
_Key: TypeAlias = _Text | Future[_Text]
_Keys: TypeAlias = _Key | Iterable[_Key]
_Value: TypeAlias = _Word | Future[_Word]
_Values: TypeAlias = _Value | Iterable[_Value]
_Int: TypeAlias = int | Future[int]
_Float: TypeAlias = float | Future[float]
_Bound: TypeAlias = float | str | bytes | Future[float | str | bytes]
_Id: TypeAlias = int | _Text | Future[int | _Text]
_Time: TypeAlias = int | timedelta | Future[int]
_When: TypeAlias = int | datetime | Future[int]
_Entry: TypeAlias = tuple[bytes, dict[bytes, bytes]]
_Name = TypeVar('_Name', bound=_Word)
_Score = TypeVar('_Score', default=float)

@type_check_only
class BitFieldOperation:
    def reset(self) -> None: ...
    def get(self, fmt: str, offset: int | str) -> BitFieldOperation: ...
    def set(self, fmt: str, offset: int | str, value: int) -> BitFieldOperation: ...
    def incrby(self, fmt: str, offset: int | str, increment: int, overflow: str | None = None) -> BitFieldOperation: ...
    def overflow(self, overflow: str) -> BitFieldOperation: ...
    @property
    def command(self) -> list[Any]: ...
    def execute(self) -> Future[list[int | None]]: ...

@type_check_only
class RedisCommands:
    """The commands of redis-py; each is queued and returns the Future of its reply."""
'''

#: Methods that have no use on a pipe: they are refused, queue nothing, or do nothing but raise an error.
WITHOUT = set(REFUSED) | set('''
    command_docs command_info debug_segfault digest_local failover himport_discard_all_internal
    himport_discard_internal himport_prepare_internal latency_doctor latency_graph latency_histogram memory_doctor
    memory_help
'''.split())

#: Methods, the reply, and the argument that makes it so. First comes the reply without any such argument; a later one
#: without is for everything else. A method that is not here gives what redis-py says, of which bytes are never text.
REPLIES = '''
get getdel getex getset hget lindex randomkey   bytes | None
blmove brpoplpush lmove rpoplpush dump digest   bytes | None
set                             bool | None
set                             bytes | None                    get: Literal[True]
lcs                             bytes
lcs                             int                             len: Literal[True]
lcs                             list[Any]                       idx: Literal[True]
sort sort_ro                    list[bytes]
sort                            list[tuple[bytes, ...]]         groups: Literal[True]
sort                            int                             store: _Key
scan sscan                      tuple[int, list[bytes]]
lpop rpop                       bytes | None
lpop rpop                       list[bytes] | None              count: _Int
blpop brpop                     tuple[bytes, bytes] | None
lmpop blmpop zmpop bzmpop       list[Any] | None
lpos                            int | None
lpos                            list[int]                       count: _Int
spop srandmember                bytes | None
spop                            list[bytes]                     count: _Int
srandmember                     list[bytes]                     number: _Int
sismember                       int
smismember                      list[int]
zadd                            int
zadd                            float | None                    incr: Literal[True]
zincrby                         float
zrange zrevrange zrangebyscore zrevrangebyscore zunion      list[bytes]
zrange zrevrange zrangebyscore zrevrangebyscore zunion      list[tuple[bytes, _Score]]      withscores: Literal[True]
zinter                          list[bytes]
zinter                          list[tuple[bytes, float]]       withscores: Literal[True]
zdiff                           list[bytes]
zpopmin zpopmax                 list[tuple[bytes, float]]
bzpopmin bzpopmax               tuple[bytes, bytes, float] | None
zrank zrevrank                  int | None
zrank zrevrank                  list[Any] | None                withscore: Literal[True]
zrandmember hrandfield          bytes | None
zrandmember hrandfield          list[bytes]                     count: _Int
zscan                           tuple[int, list[tuple[bytes, _Score]]]
hscan                           tuple[int, dict[bytes, bytes]]
hscan                           tuple[int, list[bytes]]         no_values: Literal[True]
geohash                         list[str | None]
geopos                          list[tuple[float, float] | None]
geosearch georadius georadiusbymember           list[bytes]         with*: Literal[False]
georadius georadiusbymember     int                             store: _Key
georadius georadiusbymember     int                             store_dist: _Key
geosearch georadius georadiusbymember           list[Any]
xrange xrevrange xclaim         list[_Entry]
xautoclaim                      list[Any]
xclaim xautoclaim               list[bytes]                     justid: Literal[True]
xread xreadgroup                list[list[Any]]
xpending_range acl_log          list[dict[str, Any]]
acl_cat acl_help acl_list acl_users command_getkeys     list[str]
acl_genpass acl_whoami          str
acl_getuser                     dict[str, Any] | None
bgrewriteaof bgsave client_kill                  bool
config_get                      dict[str, str]
debug_object                    dict[str, Any]
stralgo                         Any
xackdel xdelex                  list[int]
client_trackinginfo increx      list[Any]
command_getkeysandflags latency_latest arscan   list[list[Any]]
argrep                          list[int]
argrep                          list[list[Any]]                 withvalues: Literal[True]
arop                            Any
hotkeys_get                     list[dict[bytes, Any]]
zinterstore                     int
sentinel_get_master_addr_by_name                tuple[bytes, int] | None
sentinel_master                 dict[str, Any]
sentinel_masters                dict[str, dict[str, Any]]
sentinel_sentinels sentinel_slaves              list[dict[str, Any]]
'''

#: The types of parameters, by redis-py's words for them.
PARAMETERS = {
    'KeyT': '_Key', 'PatternT': '_Key', 'ChannelT': '_Key', 'GroupT': '_Key', 'ConsumerT': '_Key',
    'ScriptTextT': '_Key', 'bytes | str': '_Key', 'KeysT': '_Keys', 'List': '_Keys', 'List[KeyT]': '_Keys',
    'List[str]': '_Keys',
    'list[str]': '_Keys', 'Sequence[KeyT]': '_Keys', 'FieldT': '_Value', 'EncodableT': '_Value',
    'KeyT | EncodableT': '_Value', 'Union[KeyT, EncodableT]': '_Value', 'Union[str, float]': '_Value',
    'FieldT | Iterable[FieldT]': '_Values', 'List[EncodableT]': '_Values', 'StreamIdT': '_Id', 'ZScoreBoundT': '_Bound',
    'Union[List[StreamIdT], Tuple[StreamIdT]]': 'Sequence[_Id]', 'ExpiryT': '_Time', 'AbsExpiryT': '_When',
    'int': '_Int', 'float': '_Float', 'Number': '_Float', 'TimeoutSecT': '_Float', 'BitfieldOffsetT': '_Int | str',
    'Mapping[AnyKeyT, EncodableT]': 'Mapping[_Name, _Value]', 'Mapping[FieldT, EncodableT]': 'Mapping[_Name, _Value]',
    'Dict[FieldT, EncodableT]': 'Mapping[_Name, _Value]', 'Dict[KeyT, StreamIdT]': 'Mapping[_Name, _Id]',
    'Mapping[int, FieldT]': 'Mapping[int, _Value]',
    'Sequence[KeyT] | Mapping[AnyKeyT, float]': '_Keys | Mapping[_Name, _Float]',
    'Iterable[Tuple[str, KeyT]]': 'Iterable[tuple[str, _Key]]', 'List[int]': 'Sequence[int]',
    'list[tuple[str, BitfieldOffsetT]]': 'Sequence[tuple[str, int | str]]',
    'list[tuple[ArrayPredicateType, EncodableT]]': 'Sequence[tuple[Any, _Value]]',
    'tuple[int, int]': 'tuple[int, int]', 'tuple[str, bytes]': 'tuple[str, bytes]',
    'type | Callable': 'Callable[[Any], Any]', 'ArrayPredicateCombinator': 'Any', 'ArrayAggregateOperations': 'Any',
    'DataPersistOptions': 'Any', 'HashDataPersistOptions': 'Any', 'List[HotkeysMetricsTypes]': 'Sequence[Any]',
    "Literal['strings'] | Literal['keys']": "Literal['strings', 'keys']",
    "Literal['SYNC'] | Literal['ASYNC']": "Literal['SYNC', 'ASYNC']",
}

#: Parameters that redis-py has wrong.
WRONG = {'copy.destination_db': '_Int | None', 'blmove.timeout': '_Float', 'function_restore.payload': 'bytes',
         'client_kill_filter.laddr': 'str | None', 'client_kill_filter._id': '_Int | str | None',
         'script_exists.args': '_Key'}

#: Parameters that redis-py takes for str, or says nothing of: keys, and values of any kind.
KEYS = set('''source destination first_list second_list key key1 key2 script sha store by groupname consumername
    lmpop.args blmpop.args sdiffstore.dest'''.split())
VALUES = set('''value refvalue values lpos.value config_set.args rpushx.values zmscore.members smismember.args
    smismember.values'''.split())

STARS = {inspect.Parameter.VAR_POSITIONAL: '*', inspect.Parameter.VAR_KEYWORD: '**'}


def words_of(annotation):
    """Return the source of an annotation."""
    return annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)


def replies():
    """Return a dict of names to lists of (reply, the parameter that makes it so, its type)."""
    found = {}
    for line in REPLIES.strip().splitlines():
        names, reply, when = (re.split(r'\s{2,}', line) + [': '])[:3]
        for name in names.split():
            found.setdefault(name, []).append((reply,) + tuple(when.split(': ')))
    return found


def reply_of(name, function):
    """Return the reply that redis-py gives as one type."""
    for overloaded in typing.get_overloads(function):
        signature = inspect.signature(overloaded)
        if 'Sync' in str(next(iter(signature.parameters.values())).annotation):
            reply = words_of(signature.return_annotation)
            reply = re.sub(r'bytes \| str|str \| bytes', 'bytes', reply)
            reply = reply.replace('datetime.datetime', 'datetime').replace('typing.', '')
            if reply == 'Any' or not re.search(r'[A-Z]\w+(Response|Data|T)\b', reply):
                return reply
    raise LookupError('say in REPLIES what %s gives' % name)


def type_of(name, parameter):
    """Return the type of *parameter* of the method *name*."""
    both = '%s.%s' % (name, parameter.name)
    if both in WRONG:
        return WRONG[both]
    if parameter.name == 'kwargs' or parameter.annotation is parameter.empty:
        return 'Any'
    kind = words_of(parameter.annotation)
    kind = re.sub(r'^Optional\[(.*)\]$|^Union\[(.*), None\]$', r'\1\2 | None', kind)
    kind, none = (kind[:-len(' | None')], ' | None') if kind.endswith(' | None') else (kind, '')
    for names, better in ((KEYS, '_Key'), (VALUES, '_Value')):
        if kind in ('str', 'List', 'List[str]') and {parameter.name, both} & names:
            # Of several arguments each is one, though redis-py says a list.
            return better + ('' if kind == 'str' or parameter.kind in STARS else 's') + none
    if kind in PARAMETERS:
        return PARAMETERS[kind] + none
    kind = re.sub(r'\b[A-Z]\w+T\b', lambda match: PARAMETERS.get(match.group(), match.group()), kind)
    if not re.match(r"(bool|str|Any|Literal\['[^|]*|(Iterable|Sequence)\[\w+\]|str \| Iterable\[str\])$", kind):
        raise LookupError('say in PARAMETERS what %r is, of %s' % (kind, name))
    return kind + none


def signature(name, parameters, reply, types=None, needed=None):
    """Return the lines of one signature. *types* are those of some parameters; *needed* has no default."""
    words, types = ['self'], dict(types or {})
    if '_Score' in reply:
        types['score_cast_func'] = 'Callable[[Any], _Score]'
    optional = keywords = False
    for one in parameters:
        if not keywords and (one.kind is one.KEYWORD_ONLY or one.name == needed and optional):
            words.append('*')
            keywords = True
        kind = types.get(one.name) or type_of(name, one)
        if one.default is None and kind == 'Literal[False]':
            kind += ' | None'
        word = '%s%s: %s' % (STARS.get(one.kind, ''), one.name, kind)
        if one.default is not one.empty and one.name != needed:
            word += ' = %r' % (one.default,) if isinstance(one.default, (bool, int, str, type(None))) else ' = ...'
            optional = True
        keywords = keywords or one.kind is one.VAR_POSITIONAL
        words.append(word)
    line = '    def %s(%s) -> %s: ...' % (name, ', '.join(words), reply)
    if len(line) <= 120:
        return [line]
    lines = ['       ']
    for word in words:
        if len(lines[-1]) + len(word) > 117:
            lines.append('       ')
        lines[-1] += ' %s,' % word
    return ['    def %s(' % name] + lines + ['    ) -> %s: ...' % reply]


def method(name, function, given):
    """Return the lines of a method: one signature, or one for each reply and one for what no checker can tell."""
    parameters = list(inspect.signature(function).parameters.values())[1:]
    if name in MODULES:
        return signature(name, parameters, 'Any')  # objects of redis-py's, with types of their own
    if name == 'bitfield':
        return signature(name, parameters, 'BitFieldOperation')
    if given is None:
        return signature(name, parameters, 'Future[%s]' % reply_of(name, function))
    if len(given) == 1:
        return signature(name, parameters, 'Future[%s]' % given[0][0])
    lines, absent = [], {}
    for _, which, kind in given:
        for one in fnmatch.filter([one.name for one in parameters], which):
            absent[one] = 'Literal[False]' if 'Literal' in kind else 'None'
    either = ' | '.join('Future[%s]' % reply for reply in dict.fromkeys(reply for reply, _, _ in given))
    if 'Literal[False]' in absent.values() and given[-1][1]:
        given = given + [(None, '', '')]
    for number, (reply, which, kind) in enumerate(given):
        types = dict(absent)
        if number and which:
            types[which] = kind
        elif number:
            types = {} if reply is None else dict(one for one in absent.items() if one[1] == 'None')
        lines.append('    @overload')
        lines += signature(name, parameters, 'Future[%s]' % reply if reply else either, types, number and which)
    return lines


def stub():
    """Return the text of the whole stub."""
    pipe, known, methods = REDIS[Pipeline], replies(), {}
    for base in reversed(redis.StrictRedis.__mro__):
        for name in vars(base):
            if not name.startswith('_') and name in vars(pipe) and name not in WITHOUT:
                methods[name] = method(name, getattr(redis.StrictRedis, name), known.get(name))
    lines = sum(methods.values(), [HEAD.rstrip() % redis.__version__])
    return '\n'.join(lines) + '\n'


if __name__ == '__main__':
    with io.open(STUB, 'w', encoding='utf-8') as file:
        file.write(stub())
