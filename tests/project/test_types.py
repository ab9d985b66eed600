"""What the stubs say is what the sources do, and what mypy and pyright make of it.

``tox -e types`` has the newest checkers. The files in typing are checked and run: what they say with
``assert_type`` must hold for the checkers, and for the values that come back from a server.
"""
import ast
import inspect
import io
import json
import operator
import os
import re
import runpy
import subprocess
import sys

import pytest
import redis

import redpipe
from places import ROOT
from redpipe import keyspaces
from redpipe._pipe_methods import REFUSED as REFUSED_METHODS
from redpipe.keyspaces._arguments import Missing
from redpipe.keyspaces._base import KeyspaceBase
from redpipe.pipelines import NestedPipeline, Pipeline
from samples import Data, by_method
from test_docs import blocks

typing = pytest.importorskip('typing')
pytest.importorskip('mypy')
asyncio = pytest.importorskip('asyncio')
pytest.importorskip('redpipe.asyncio')
connected = pytest.importorskip('asyncio_driver').connected

HERE = os.path.join(ROOT, 'tests', 'project', 'typing')
FILES = sorted(os.path.join(HERE, name) for name in os.listdir(HERE) if name.endswith('.py'))

#: What the snippets below are about.
PREPARED = '''\
from typing import Optional
import redis
import redis.asyncio
import redpipe
import redpipe.asyncio
from redpipe import Future
from redpipe.pipelines import Pipeline
class Names(redpipe.List): keyspace = 'N'
class Numbers(redpipe.List): valueparse = redpipe.IntegerField
class Indexed(redpipe.String): keyparse = redpipe.IntegerField
class Settings(redpipe.Hash): keyspace = 'S'
class User(redpipe.Struct): keyspace = 'U'
pipe = redpipe.pipeline()
given: redpipe.Pipe = pipe
number: Future[int] = Future()
maybe: Future[Optional[int]] = Future()
text: Future[str] = Future()
several: Future[list[int]] = Future()
named: Future[dict[str, int]] = Future()
user = User('1')
awaited = redpipe.asyncio.pipeline()
def visit(page: str, pipe: Optional[redpipe.Pipe] = None) -> Future[int]: return Future()
async def seen(page: str, pipe: Optional[redpipe.Pipe] = None) -> Future[int]: return Future()
'''

#: Lines that are wrong, each with a part of what mypy and the rule by which pyright refuses it.
REFUSED = [
    ("number + 'a'", 'No overload variant of "__add__"', 'reportOperatorIssue'),
    ("'a' + number", 'Unsupported operand types for +', 'reportOperatorIssue'),
    ('maybe + 1', 'Unsupported operand types for +', 'reportOperatorIssue'),
    ('number < text', 'Unsupported operand types for <', 'reportOperatorIssue'),
    ('maybe < 1', 'Unsupported operand types for', 'reportOperatorIssue'),
    ('-text', 'Invalid self argument', 'reportOperatorIssue'),
    ("several['a']", 'No overload variant of "__getitem__"', 'reportArgumentType'),
    ('named[0]', 'Invalid index type "int"', 'reportArgumentType'),
    # What a protocol asks of a Future, mypy does not compare with its type; pyright does.
    ('[0][text]', None, 'reportArgumentType'),
    ('list(number)', None, 'reportArgumentType'),
    ('len(number)', None, 'reportArgumentType'),
    ('for _ in maybe: pass', 'Invalid self argument', 'reportGeneralTypeIssues'),
    ("number.set('a')", 'expected "int | Future[int]"', 'reportArgumentType'),
    ('total: Future[str] = number', 'variable has type "Future[str]"', 'reportAssignmentType'),
    ('value: int = number', 'variable has type "int"', 'reportAssignmentType'),
    ('value: int = number.result if number else maybe.result', 'variable has type "int"', 'reportAssignmentType'),
    ("redpipe.pipeline('name')", 'No overload variant of "pipeline"', 'reportArgumentType'),
    ('redpipe.pipeline(7)', 'No overload variant of "pipeline"', 'reportArgumentType'),
    ('redpipe.pipeline(nothing=7)', 'No overload variant of "pipeline"', 'reportCallIssue'),
    ("redpipe.connect_redis('localhost')", 'expected "_Client"', 'reportArgumentType'),
    ("pipe.gte('a')", '"Pipeline" has no attribute "gte"', 'reportAttributeAccessIssue'),
    ('pipe.get()', 'Missing positional argument "name"', 'reportCallIssue'),
    ('pipe.get(None)', 'Argument 1 to "get"', 'reportArgumentType'),
    ("pipe.get(['a'])", 'Argument 1 to "get"', 'reportArgumentType'),
    ("pipe.lrange('a', 'b', 1)", 'Argument 2 to "lrange"', 'reportArgumentType'),
    ("pipe.set('a', {})", 'No overload variant of "set"', 'reportArgumentType'),
    ("pipe.zadd('a', 'b')", 'No overload variant of "zadd"', 'reportArgumentType'),
    ("pipe.watch('a')", 'has no attribute "watch"', 'reportAttributeAccessIssue'),
    ('pipe.parent = None', 'is read-only', 'reportAttributeAccessIssue'),
    ('pipe.autoexec = True', 'is read-only', 'reportAttributeAccessIssue'),
    ("pipe.connection_name = 'a'", 'is read-only', 'reportAttributeAccessIssue'),
    ('root: Pipeline = given', 'variable has type "Pipeline"', 'reportAssignmentType'),
    # A function executes the pipe that it makes, not the one that it is given.
    ('given.execute()', '"Pipe" has no attribute "execute"', 'reportAttributeAccessIssue'),
    ("pipe.on_execute('a')", 'Argument 1 to "on_execute"', 'reportArgumentType'),
    ("count: Future[str] = pipe.incr('a')", 'variable has type "Future[str]"', 'reportAssignmentType'),
    ("value: bytes = pipe.get('a').result", 'variable has type "bytes"', 'reportAssignmentType'),
    ("Names().lpush('a', 1)", 'Argument 2 to "lpush"', 'reportArgumentType'),
    ("Names().lpush(None, 'a')", 'Argument 1 to "lpush"', 'reportArgumentType'),
    ("Names().lpush(['a'], 'a')", 'Argument 1 to "lpush"', 'reportArgumentType'),
    ("Names().lpush(1.5, 'a')", 'Argument 1 to "lpush"', 'reportArgumentType'),
    ("Names().ltrim('a')", 'Missing positional arguments', 'reportCallIssue'),
    ("Names().ltrim('a', 0, -1, 2)", 'Too many arguments', 'reportCallIssue'),
    ("Names().lrnge('a', 0, -1)", 'has no attribute "lrnge"', 'reportAttributeAccessIssue'),
    ('Names().lmpop(1, "a", side="LEFT")', 'Unexpected keyword argument "side"', 'reportCallIssue'),
    ("Names('pipe')", 'Argument 1 to "Names"', 'reportArgumentType'),
    ("Numbers().lpush('a', 'b')", 'expected "SupportsIndex', 'reportArgumentType'),
    ("Numbers().lpush('a', 1.5)", 'expected "SupportsIndex', 'reportArgumentType'),
    ("items: Future[list[str]] = Numbers().lrange('a', 0, -1)", 'variable has type "Future[list[str]]"',
     'reportAssignmentType'),
    ("Indexed().get('a')", 'expected "SupportsIndex', 'reportArgumentType'),
    ("Settings().hset('a', 'size', 7)", 'No overload variant of "hset"', 'reportArgumentType'),
    ("Settings().hset('a', mapping={'size': 7})", 'Argument "mapping" to "hset"', 'reportArgumentType'),
    ("Settings().hget('a', [7])", 'No overload variant of "hget"', 'reportArgumentType'),
    # Both names of a parameter, ours and redis-py's, or neither of them.
    ("Settings().hget('a')", 'No overload variant of "hget"', 'reportCallIssue'),
    ("Settings().hget('a', 'b', key='b')", 'No overload variant of "hget"', 'reportCallIssue'),
    ("Settings().hget('a', field='b', key='b')", 'No overload variant of "hget"', 'reportCallIssue'),
    ("Settings().hget('a', key=[7])", 'No overload variant of "hget"', 'reportArgumentType'),
    ("Settings().hincrby('a', 'b', 1, amount=1)", 'No overload variant of "hincrby"', 'reportCallIssue'),
    ("Settings().hset('a', 'b', 'c', key='b')", 'No overload variant of "hset"', 'reportCallIssue'),
    ("Names().lset('a', index=0)", 'No overload variant of "lset"', 'reportCallIssue'),
    ("Names().lrange('a', 0, stop=1, end=1)", 'No overload variant of "lrange"', 'reportCallIssue'),
    ("Indexed().getrange(1, 0, 1, key=1)", 'No overload variant of "getrange"', 'reportCallIssue'),
    ("Names().object('a', 'encoding', key='a')", 'No overload variant of "object"', 'reportCallIssue'),
    ("Names().eval('a', 'return 1', numkeys=0)", 'No overload variant of "eval"', 'reportCallIssue'),
    ('class Wrong(redpipe.List): valueparse = 5', 'Incompatible types in assignment', 'reportAssignmentType'),
    ("class Wrong(redpipe.Hash): fields = {'a': 5}", 'Dict entry 0 has incompatible type', 'reportAssignmentType'),
    ('class Wrong(redpipe.Set): keyspace = 7', 'Incompatible types in assignment', 'reportAssignmentType'),
    ("user.update('name')", 'Argument 1 to "update"', 'reportArgumentType'),
    ("user.incr('visits', 'a')", 'No overload variant of "incr"', 'reportArgumentType'),
    ("user.incr('visits', pipe=7)", 'No overload variant of "incr"', 'reportArgumentType'),
    ("user.nme", 'has no attribute "nme"', 'reportAttributeAccessIssue'),
    # A root is used by "with" or by "async with", and what a function is given by neither: it nests.
    ('with awaited: pass', 'has no attribute "__enter__"', 'reportGeneralTypeIssues'),
    ('async with pipe: pass', 'has no attribute "__aenter__"', 'reportGeneralTypeIssues'),
    ('with given: pass', 'has no attribute "__enter__"', 'reportGeneralTypeIssues'),
    ('async with given: pass', 'has no attribute "__aenter__"', 'reportGeneralTypeIssues'),
    ('awaited.execute()', 'must be used', 'reportUnusedCoroutine'),
    ('await pipe.execute()', 'does not return a value', 'reportGeneralTypeIssues'),
    ("redpipe.asyncio.call(visit, 'home')", 'must be used', 'reportUnusedCoroutine'),
    ("page: str = await redpipe.asyncio.call(visit, 'home')", 'has incompatible type', 'reportAssignmentType'),
    ("page: str = await redpipe.asyncio.call(seen, 'home')", 'has incompatible type', 'reportAssignmentType'),
    ("page: str = await redpipe.asyncio.call(User, '1')", 'has incompatible type', 'reportAssignmentType'),
    ("redpipe.asyncio.autoexec('name')", 'No overload variant of "autoexec"', 'reportArgumentType'),
    ('redpipe.asyncio.connect_redis(redis.Redis())', 'has incompatible type "Redis"', 'reportArgumentType'),
    ("redpipe.asyncio.connect_redis(redis.Redis)", 'has incompatible type "type[Redis]"', 'reportArgumentType'),
    ('value: str = await number', 'variable has type "str"', 'reportAssignmentType'),
    ('value: bytes = [name async for name in Names().scan_iter()][0]', 'variable has type "bytes"',
     'reportAssignmentType'),
]


def checked(*command):
    """Run a checker in the root of the checkout; return what it says, a line for each finding."""
    done = subprocess.Popen([sys.executable, '-m'] + list(command), cwd=ROOT, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, env=dict(os.environ, PYTHONPATH=ROOT))
    return done.communicate()[0].decode('utf-8').splitlines()


def mypy(*arguments):
    return checked('mypy', '--strict', '--no-error-summary', '--no-pretty', '--hide-error-context', *arguments)


def pyright(*arguments):
    """Return the findings of pyright as dicts; *arguments* as on its command line."""
    said = '\n'.join(checked('pyright', '--pythonpath', sys.executable, '--outputjson', *arguments))
    return json.loads(said[said.index('{'):])['generalDiagnostics']


def written(folder, name, text):
    path = os.path.join(str(folder), name)
    with io.open(path, 'w', encoding='utf-8') as file:
        file.write(u'' + text)
    return path


def configured(folder, name):
    """Write how pyright is to check the file *name* in *folder*."""
    return written(folder, 'pyrightconfig.json', json.dumps({
        'include': [name], 'extraPaths': [ROOT], 'reportUnusedExpression': False}))


def is_named_twice(finding):
    """Return True if *finding* of stubtest is about a parameter of two names.

    The stubs have an overload for each name, and want one of them. The sources have a default for either,
    and for what follows, which is missed when the call is made; and Python 2 knows no keyword-only parameter.
    """
    found = re.match(r'redpipe\.(\S+) is inconsistent, runtime parameter "(\w+)" (.*)', finding)
    if not found:
        return False
    method, name, said = found.groups()
    default = inspect.signature(operator.attrgetter(method)(redpipe)).parameters[name].default
    return said == 'is not keyword-only' or type(default) is Missing


def is_refused(finding):
    """Return True if *finding* of stubtest is that the stub lacks a method that a pipe has in order to refuse it."""
    found = re.match(r'redpipe\.pipelines\.Pipe\.(\w+) is not present in stub$', finding)
    return found is not None and found.group(1) in REFUSED_METHODS


def test_the_stubs_agree_with_the_sources():
    said = checked('mypy.stubtest', 'redpipe', '--mypy-config-file', os.path.join(HERE, 'stubtest.ini'),
                   '--allowlist', os.path.join(HERE, 'stubtest.allow'), '--concise')
    wrong = [line for line in said
             if not (line.startswith('Success') or is_named_twice(line) or is_refused(line))]
    assert not wrong, '\n'.join(wrong)


def test_mypy_has_nothing_to_say():
    stubs = [os.path.join(folder, name) for folder, _, names in os.walk(os.path.join(ROOT, 'redpipe'))
             for name in names if name.endswith('.pyi')]
    assert mypy('examples', *FILES) == []
    assert mypy(*stubs) == []


def test_pyright_has_nothing_to_say():
    assert pyright('-p', HERE) == []


def test_what_is_wrong_is_refused(tmpdir):
    # Each in a function of its own, so that none makes the rest unreachable or renames anything.
    text, first = PREPARED, PREPARED.count('\n') + 1
    for number, (line, _, _) in enumerate(REFUSED):
        text += '%sdef f%d() -> None:\n    %s\n' % (
            'async ' if re.search('async (with|for)|await ', line) else '', number, line)
    path = written(tmpdir, 'refused.py', text)
    told = {}
    for found in mypy(path):
        match = re.search(r':(\d+): error: (.*)', found)
        if match:
            told.setdefault((int(match.group(1)) - first) // 2, []).append(match.group(2))
    rules = {}
    for found in pyright('-p', configured(tmpdir, 'refused.py')):
        rules.setdefault((found['range']['start']['line'] + 1 - first) // 2, []).append(found.get('rule'))
    missed = [(line, told.get(number), rules.get(number)) for number, (line, says, rule) in enumerate(REFUSED)
              if says and not any(says in one for one in told.get(number, ())) or rule not in rules.get(number, ())]
    assert not missed, '\n'.join(map(repr, missed))
    assert set(told) | set(rules) == set(range(len(REFUSED)))


def test_a_newcomer_meets_no_any_in_a_future(tmpdir):
    path = os.path.join(HERE, 'newcomer.py')
    with io.open(path, encoding='utf-8') as file:
        text = file.read()
    lines = text.splitlines()
    names = [(node.end_lineno, node.col_offset, target.id) for node in ast.walk(ast.parse(text))
             if isinstance(node, (ast.Assign, ast.AnnAssign))
             for target in getattr(node, 'targets', None) or [node.target] if isinstance(target, ast.Name)]
    for line, column, name in sorted(names, reverse=True):
        lines.insert(line, '%sreveal_type(%s)' % (' ' * column, name))
    said = mypy('--follow-imports=silent', written(tmpdir, 'revealed.py', '\n'.join(lines) + '\n'))
    futures = [line for line in said if 'Future[' in line]
    assert len(futures) >= 8
    assert [line for line in said if 'error:' in line or 'Future[' in line and 'Any' in line] == []


def test_the_page_on_types_says_what_the_checkers_say(tmpdir):
    text, wanted, wrong = '', {}, set()
    for block in blocks(os.path.join('docs', 'typing.rst')):
        if block.language != 'python':
            continue
        for line in block.text.splitlines():
            number = text.count('\n') + 1
            shown = re.match(r'( *)(\S.*?)  +# (.*)', line)
            if shown and block.is_run:
                line = '%sreveal_type(%s)' % shown.groups()[:2]
                wanted[number] = shown.group(3)
            elif shown:
                wrong.add(number)
            text += line + '\n'
    path = written(tmpdir, 'page.py', text)

    told, refused = {}, set()
    for line in mypy('--follow-imports=silent', path):
        number, kind, said = re.search(r':(\d+): (note|error): (.*)', line).groups()
        if kind == 'error':
            refused.add(int(number))
        elif said.startswith('Revealed'):
            told[int(number)] = re.sub(r'\b\w+\.', '', said.split('"')[1])
    assert [(line, told.get(line), kind) for line, kind in wanted.items() if told.get(line) != kind] == []
    assert refused == wrong

    told, refused = {}, set()
    for found in pyright('-p', configured(tmpdir, 'page.py')):
        number = found['range']['start']['line'] + 1
        if found['severity'] == 'error':
            refused.add(number)
        elif ' is "' in found['message']:
            told[number] = found['message'].rsplit('"', 2)[1]
    assert [(line, told.get(line), kind) for line, kind in wanted.items() if told.get(line) != kind] == []
    assert refused == wrong


def fits(value, kind):
    """Tell whether *value* is of the type *kind*, the results of Futures included."""
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if kind is typing.Any:
        return True
    if kind is None or kind is type(None):
        return value is None
    if origin is redpipe.Future:
        return type(value) is redpipe.Future and fits(value.result, args[0])
    if origin is type:
        return isinstance(value, type) and issubclass(value, args[0])
    if origin is tuple:
        kinds = args[:1] * len(value) if args[-1] is Ellipsis else args
        return type(value) is tuple and len(value) == len(kinds) and all(map(fits, value, kinds))
    if origin is dict:
        return type(value) is dict and all(fits(key, args[0]) and fits(value[key], args[1]) for key in value)
    if origin in (list, set):
        return type(value) is origin and all(fits(item, args[0]) for item in value)
    if origin is not None and origin.__name__ == 'Iterator':
        return hasattr(value, '__next__') and all(fits(item, args[0]) for item in value)
    if origin is not None:  # a union
        return any(fits(value, one) for one in args)
    return isinstance(value, (int, float)) if kind is float else isinstance(value, kind)


@pytest.fixture(scope='module')
def newest(newest):
    if sys.version_info < (3, 11) or int(redis.__version__.split('.')[0]) < 8:
        pytest.skip('the types are those of the newest redis-py, and said with assert_type')
    return newest


@pytest.fixture
def alone(newest):
    """A client of ``newest``, which is empty: the only connection, by two names."""
    client = newest.client()
    client.flushall()
    redpipe.reset()
    redpipe.connect_redis(client)
    redpipe.connect_redis(client, name='games')
    yield client
    redpipe.disable_threads()
    redpipe.reset()
    client.connection_pool.disconnect()


@pytest.mark.parametrize('path', FILES, ids=os.path.basename)
def test_what_is_asserted_of_types_holds_for_values(path, alone, newest, monkeypatch):
    asserted = []

    def assert_type(value, kind):
        asserted.append((sys._getframe(1).f_lineno, value, kind))
        return value

    monkeypatch.setattr(typing, 'assert_type', assert_type)
    names = runpy.run_path(path)
    ran = 0
    for function in list(names.values()):
        if inspect.isfunction(function) and function.__module__ == '<run_path>' \
                and all(one.default is not one.empty for one in inspect.signature(function).parameters.values()):
            if inspect.iscoroutinefunction(function):
                asyncio.run(connected(function, newest))
            else:
                function()
            ran += 1
    assert ran
    wrong = [one for one in asserted if not fits(*one[1:])]
    assert not wrong, '\n'.join(map(repr, wrong))


def test_every_method_of_a_keyspace_is_among_them():
    with io.open(os.path.join(HERE, 'keyspaces.py'), encoding='utf-8') as file:
        called = set(re.findall(r'\.(\w+)\(', file.read()))
    kinds = [kind for kind in vars(keyspaces).values() if inspect.isclass(kind) and issubclass(kind, KeyspaceBase)]
    assert len(kinds) >= 9
    assert [(kind.__name__, name) for kind in kinds for name, _ in inspect.getmembers(kind, callable)
            if not name.startswith('_') and not name.endswith('parse') and name not in called] == []


def test_replies_are_of_the_types_that_the_stubs_give(newest, tmpdir):
    data = Data(newest.client())
    samples = [sample for sample in by_method() if hasattr(redis.StrictRedis, sample.name.partition('(')[0])]
    text = 'import datetime\nfrom redpipe.pipelines import Pipeline\nSHA: str\nDUMP: bytes\nFUNCTIONS: bytes\n' \
        'def f(pipe: Pipeline) -> None:\n'
    first = text.count('\n') + 1
    text += ''.join('    reveal_type(pipe.%s)\n' % sample.text for sample in samples)
    told, refused = {}, set()
    for line in mypy('--follow-imports=silent', written(tmpdir, 'samples.py', text)):
        number, kind, said = re.search(r':(\d+): (note|error): (.*)', line).groups()
        if kind == 'error':
            refused.add(int(number) - first)
        elif said.startswith('Revealed type'):
            told[int(number) - first] = said[len('Revealed type is "'):-1]
    redpipe.reset()
    redpipe.connect_redis(newest.client())
    known = dict(vars(typing), redpipe=redpipe, datetime=__import__('datetime'))
    wrong, right = [], set()
    for number, sample in enumerate(samples):
        if number in refused or told[number] == 'Any':
            continue
        try:
            with redpipe.autoexec() as pipe:
                future = sample.queue(pipe, data.names)
        except redis.RedisError:
            pass
        else:
            (right.add(sample.name) if fits(future, eval(told[number], known))
             else wrong.append((sample.text, told[number], future.result)))
        data.prepare_after(sample)
    redpipe.reset()
    assert not wrong, '\n'.join(map(repr, wrong))
    assert len(right) > 250


def test_the_types_of_commands_are_those_of_this_redis_py():
    path = os.path.join(ROOT, 'redpipe', '_pipe_methods.pyi')
    with io.open(path, encoding='utf-8') as file:
        text = file.read()
    if 'redis-py %s.\n' % redis.__version__ not in text:
        pytest.skip('they are made of another redis-py')
    from stub_of_commands import stub
    assert stub() == text


def test_annotations_can_be_evaluated():
    assert redpipe.Future[int]
    assert issubclass(NestedPipeline, Pipeline) and issubclass(Pipeline, redpipe.Pipe)
