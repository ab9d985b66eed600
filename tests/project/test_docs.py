"""Every block of code in README.rst, CONTRIBUTING.rst and docs/ does what the page says.

A page is run from top to bottom in a namespace of its own, on a real server:

- ``.. code-block:: python`` is run. A page that does not begin with imports goes on from
  the block called ``connect`` in docs/getting-started.rst.
- The block after it with ``:class: output`` is what it prints, ``...`` standing for anything;
  or the traceback that ends it, of which the last line is compared. What prints says so.
  A RuntimeWarning counts as printed, without its place.
- ``.. not run: REASON`` before a block, a comment that no reader sees, leaves it out.
- ``.. needs: server 6.2``, ``.. needs: python 3`` or ``.. needs: redis-py 5.0`` before a block leaves it out elsewhere;
  ``NEEDS`` has what whole pages need.

Where the blocks of a page define tests, these are run by pytest as well.

A block of any other language says why it is not run, and ``::`` is not used, for it has no
language. Clients for the ports 6379 and 6380, asyncio ones too, are of the tests' two servers. On Python 2 the
blocks are run with ``print_function`` and ``unicode_literals``.
"""
from __future__ import print_function, unicode_literals

import doctest
import io
import os
import re
import sys
import textwrap
import traceback
import types
import warnings

import pytest
import redis
import six

import redpipe
from places import ROOT

if sys.version_info >= (3, 8):
    import redpipe.asyncio

START = os.path.join('docs', 'getting-started.rst')

#: Pages of which another module runs the blocks.
ELSEWHERE = {
    os.path.join('docs', 'deployments.rst'): os.path.join('tests', 'reliability', 'test_deployments.py'),
}

#: What pages need in order to be run at all.
NEEDS = {
    os.path.join('docs', 'asyncio.rst'): 'python 3.8, redis-py 5.0',
}

PARSED = re.compile(r'(?P<indent> *)(?:'
                    r'\.\. (?P<note>not run|needs): *(?P<says>.+)'
                    r'|\.\. (?:code-block|code|sourcecode|parsed-literal):: *(?P<language>\S*)'
                    r'|(?P<literal>(?! *\.\. ).*::))$')
CHECK = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
FUTURES = print_function.compiler_flag | unicode_literals.compiler_flag if six.PY2 else 0
PYTHON = '.'.join(map(str, sys.version_info[:2]))
#: redis-py's clients for asyncio, where it has them.
ASYNCIO = getattr(redis, 'asyncio', None) if sys.version_info >= (3, 8) else None


class Block(object):
    """A block of code: where it begins, what it says, and what the page says about it."""

    def __init__(self, page, line, language, options, text, notes):
        self.page = page
        self.line = line
        self.language = language
        self.options = options
        self.text = text
        self.notes = notes

    @property
    def is_output(self):
        return 'output' in self.options.get('class', '').split()

    @property
    def is_run(self):
        return self.language == 'python' and not self.is_output and 'not run' not in self.notes

    def __repr__(self):
        return '%s:%d' % (self.page, self.line)


def pages():
    found = ['README.rst', 'CONTRIBUTING.rst']
    for folder, folders, names in os.walk(os.path.join(ROOT, 'docs')):
        folders[:] = [name for name in folders if not name.startswith('_')]
        found += [os.path.relpath(os.path.join(folder, name), ROOT) for name in names if name.endswith('.rst')]
    return sorted(found)


def blocks(page):
    """Return the blocks of *page*; what is neither run nor says why is a failure."""
    with io.open(os.path.join(ROOT, page), encoding='utf-8') as file:
        lines = file.read().splitlines()
    found, notes, i = [], {}, 0
    while i < len(lines):
        match, i = PARSED.match(lines[i]), i + 1
        if match is None:
            continue
        assert match.group('literal') is None, '%s:%d: say the language, with code-block' % (page, i)
        if match.group('note'):
            notes[match.group('note')] = match.group('says')
            continue
        inside = []
        while i < len(lines) and (not lines[i] or lines[i].startswith(match.group('indent') + '   ')):
            inside.append(lines[i])
            i += 1
        options = {}
        while inside and inside[0].strip():
            name, _, value = inside.pop(0).strip().lstrip(':').partition(':')
            options[name] = value.strip()
        first = i - len(inside) + 1
        while inside and not inside[0]:
            del inside[0]
            first += 1
        text = textwrap.dedent('\n'.join(inside)).rstrip() + '\n'
        block = Block(page, first, match.group('language'), options, text, notes)
        assert block.is_output or block.is_run or 'not run' in notes, \
            '%r is not run, and does not say why: put a comment ".. not run: ..." before it' % block
        found.append(block)
        notes = {}
    assert not notes, '%s: a note without a block at the end' % page
    return found


def missing(needs, server):
    """Tell which of the *needs* of a block is not met."""
    have = {'server': server.version, 'python': PYTHON, 'redis-py': redis.__version__}
    for need in needs.split(','):
        name, least = need.split()
        if tuple(map(int, have[name].split('.'))) < tuple(map(int, least.split('.'))):
            return need.strip()


def comparable(text):
    """Return *text* without what differs between Pythons in how the same value is shown."""
    text = re.sub(r"\b[bu](?=['\"])", '', text)
    if six.PY2:
        text = text.replace("'", '').replace('unicode', 'str')  # print shows bytes without quotes
        text = re.sub(r'[^{}]*(?=\})', lambda items: ', '.join(sorted(re.split(r',\s+', items.group()))), text)
    return re.sub(r'\b(\d+)L\b', r'\1', text)


def shortened(said):
    """Return *said* with the last line of a traceback alone, without the module of the exception, as on Python 2."""
    before, trace, after = said.partition('Traceback (most recent call last):')
    return before + trace + re.sub(r'^[\w.]+\.(?=\w+(:|$))', '', after.strip().split('\n')[-1]) + '\n'


class Runner(object):
    """Runs blocks one after the other in one namespace, which is a module."""

    def __init__(self, module, capsys, server):
        self.module = module
        self.capsys = capsys
        self.server = server
        self.ran = 0

    def run(self, found):
        for block, after in zip(found, found[1:] + [None]):
            if block.is_output:
                continue
            if self.is_run(block):
                want = after.text if after is not None and after.is_output else ''
                self.check(block, want, self.said_by(block))
                self.ran += 1

    def said_by(self, block):
        source = '\n' * (block.line - 1) + block.text
        code = compile(source, str(os.path.join(ROOT, block.page)), str('exec'), FUTURES, True)
        trace, last = '', ''
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter('always', RuntimeWarning)
            try:
                exec(code, self.module.__dict__)
            except Exception as error:
                trace = traceback.format_exc()
                last = 'Traceback (most recent call last):\n' + ''.join(
                    traceback.format_exception_only(type(error), error))
        told = ['RuntimeWarning: %s\n' % one.message for one in warned if one.category is RuntimeWarning]
        return self.capsys.readouterr().out + ''.join(told) + last, trace

    def check(self, block, want, outcome):
        got, trace = outcome
        if trace and 'Traceback' not in want:
            pytest.fail('%r failed:\n%s' % (block, trace), pytrace=False)
        want, got = comparable(shortened(want)), comparable(shortened(got))
        if not doctest.OutputChecker().check_output(want, got, CHECK):
            pytest.fail('%r prints\n\n%s\nand the page says\n\n%s' % (
                block, got, want or 'nothing: show it in a block with :class: output'), pytrace=False)

    def is_run(self, block):
        return block.is_run and not missing(block.notes.get('needs', 'python 2.7'), self.server)

    def run_tests(self, found, directory):
        """Run the tests in these blocks as if they were a file."""
        lines = ['# -*- coding: utf-8 -*-', 'from __future__ import print_function, unicode_literals']
        file = directory.join('test_of_a_page.py')
        file.write_text('\n'.join(lines + [block.text for block in found if self.is_run(block)]), encoding='utf-8')
        code = pytest.main(['-q', '-p', 'no:cacheprovider', '-c', os.devnull, '--rootdir', str(directory), str(file)])
        said = self.capsys.readouterr().out
        assert code == 0, said


@pytest.fixture
def as_a_reader(client, server, second_server, monkeypatch):
    """redis-py's default server is the one of the tests, and nothing is connected yet."""
    made = []
    second = second_server.client()
    second.flushdb()
    same = ('host', 'port', 'db', 'username', 'password', 'protocol')
    places = {6379: client, 6380: second}
    places = dict((port, dict((key, value) for key, value in one.connection_pool.connection_kwargs.items()
                              if key in same)) for port, one in places.items())

    class Client(redis.StrictRedis):
        def __init__(self, host='localhost', port=6379, **options):
            options.update(places.get(port, {'port': port}))
            super(Client, self).__init__(**options)
            made.append(self)

    redpipe.reset()
    monkeypatch.setattr(redis, 'Redis', Client)
    monkeypatch.setattr(redis, 'StrictRedis', Client)
    if ASYNCIO is not None:
        class AsyncClient(ASYNCIO.Redis):
            def __init__(self, host='localhost', port=6379, **options):
                options.update(places.get(port, {'port': port}))
                super(AsyncClient, self).__init__(**options)

        monkeypatch.setattr(ASYNCIO, 'Redis', AsyncClient)
    yield
    redpipe.disable_threads()
    redpipe.reset()
    for one in made + [second]:
        one.connection_pool.disconnect()


@pytest.fixture
def runner(as_a_reader, capsys, server, monkeypatch):
    module = types.ModuleType(str('a_page'))
    monkeypatch.setitem(sys.modules, module.__name__, module)  # or pickle would not find its classes
    return Runner(module, capsys, server)


@pytest.mark.parametrize('page', [page for page in pages() if page not in ELSEWHERE])
def test_the_code_of_a_page_does_what_the_page_says(page, runner, server, tmpdir):
    if missing(NEEDS.get(page, 'python 2.7'), server):
        pytest.skip('the page needs %s' % NEEDS[page])
    found = blocks(page)
    first = next((block for block in found if block.is_run), None)
    if first is not None and not first.text.startswith(('import ', 'from ')):
        runner.run([block for block in blocks(START) if block.options.get('name') == 'connect'])
    runner.run(found)
    if any(name.startswith('test_') for name in vars(runner.module)):
        runner.run_tests(found, tmpdir)


@pytest.mark.parametrize('page', ['README.rst', START])
def test_a_page_for_newcomers_says_the_same_a_second_time(page, runner):
    for _ in range(2):
        runner.run(blocks(page))
        redpipe.reset()


@pytest.mark.parametrize('page', sorted(ELSEWHERE))
def test_other_pages_are_run_by_another_module(page):
    with io.open(os.path.join(ROOT, ELSEWHERE[page]), encoding='utf-8') as file:
        assert "'%s'" % os.path.basename(page) in file.read()


def test_the_pictures_are_those_that_the_script_draws():
    folder = os.path.join(ROOT, 'docs', 'pictures')
    script = os.path.join(folder, 'draw.py')
    drawing = {'__name__': 'draw', '__file__': script}
    with io.open(script, encoding='utf-8') as file:
        exec(compile(file.read(), str(script), str('exec'), 0, True), drawing)
    for name, draw in drawing['PICTURES'].items():
        with io.open(os.path.join(folder, name), encoding='utf-8') as file:
            assert file.read() == draw(), '%s: run python docs/pictures/draw.py' % name


def test_every_public_name_is_in_the_reference():
    told = ''
    for name in pages():
        if name.startswith(os.path.join('docs', 'api')):
            with io.open(os.path.join(ROOT, name), encoding='utf-8') as file:
                told += file.read()
    for name in redpipe.__all__:
        assert re.search(r'\b%s\b' % name, told), name
        assert name == '__version__' or getattr(redpipe, name).__doc__, name
    for name in redpipe.asyncio.__all__ if ASYNCIO is not None else ():
        assert re.search(r':: %s\b' % name, told.partition('module:: redpipe.asyncio')[2]), name
        assert getattr(redpipe.asyncio, name).__doc__, name
