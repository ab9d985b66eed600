"""The package as it is shipped, and the order in which its modules build on one another."""
import ast
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile

import pytest

import redpipe
from places import ROOT

PACKAGE = os.path.join(ROOT, 'redpipe')

#: Each module imports only from the rows above its own; modules of a row do not know each other.
LAYERS = [
    {'luascripts', 'tasks', 'version', '_redis_commands', '_steps', '_texts', '_unsent'},
    {'exceptions'},
    {'futures', '_client_libraries'},
    {'fields'},
    {'_batches'},
    {'_execution', '_pipe_methods'},
    {'_backends'},
    {'connections'},
    {'_unsent'},
    {'pipelines'},
    {'keyspaces'},
    {'_struct_layout'},
    {'structs'},
    {'_json_patch', 'asyncio', 'fastapi'},
    {'__init__'},
]

#: All that the wing of batches may know: it decides about words and replies, whoever waits for them.
KNOWN_TO_BATCHES = {'_batches', 'exceptions', '_texts', '_steps', '_redis_commands', '_client_libraries'}


def read(*path):
    with io.open(os.path.join(ROOT, *path), encoding='utf-8') as file:
        return file.read()


def sources():
    """(module of the first level, its path) for every file of the package."""
    left_out = {'__pycache__'} if sys.version_info >= (3, 8) else {'__pycache__', 'asyncio'}
    for folder, folders, names in os.walk(PACKAGE):
        folders[:] = [name for name in folders if name not in left_out]
        for name in names:
            if name.endswith('.py'):
                path = os.path.relpath(os.path.join(folder, name), PACKAGE)
                yield path[:-len('.py')].split(os.sep)[0], path


def imported(path):
    """The modules of the first level that the file at *path* imports, itself included."""
    tree = ast.parse(read('redpipe', path))
    here = ['redpipe'] + path.split(os.sep)[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = here[:len(here) - node.level + 1] if node.level else []
            base += node.module.split('.') if node.module else []
            names = ['.'.join(base + [alias.name]) for alias in node.names]
        else:
            continue
        for name in names:
            parts = name.split('.')
            if parts[0] == 'redpipe':
                yield parts[1] if len(parts) > 1 else '__init__'


def layer(module):
    for number, modules in enumerate(LAYERS):
        if module in modules:
            return number
    raise AssertionError('redpipe.%s has no place in LAYERS yet' % module)


@pytest.mark.parametrize('module, path', sorted(sources()))
def test_a_module_imports_only_from_below(module, path):
    above = [other for other in imported(path) if other != module and layer(other) >= layer(module)]
    assert above == []


@pytest.mark.parametrize('path', [path for module, path in sorted(sources()) if module == '_batches'])
def test_batches_know_no_future_no_keyspace_and_no_registry(path):
    assert set(imported(path)) <= KNOWN_TO_BATCHES


@pytest.mark.parametrize('module, path', sorted(sources()))
def test_no_name_with_an_underscore_crosses_a_module(module, path):
    tree = ast.parse(read('redpipe', path))
    crossing = [alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module
                and (node.level or node.module.split('.')[0] == 'redpipe')
                for alias in node.names if alias.name.startswith('_') and alias.name != '__version__']
    assert crossing == []


def test_the_map_names_every_module():
    # The files of keyspaces that have no underscore are the types of keys, which are no part of the map.
    names = [os.path.basename(path)[:-len('.py')] if '_batches' in path or os.sep + '_' in path else module
             for module, path in sources()]
    told = read('docs', 'internals.rst')
    assert [name for name in sorted(set(names)) if '``%s``' % name not in told] == []


def test_the_map_names_files_that_exist():
    told = re.findall(r'\b(?:redpipe|tests|docs)/[\w./-]*\w', read('docs', 'internals.rst'))
    made_up = {'redpipe/keyspaces/things.py', 'tests/keyspaces/test_keyspace_things.py'}
    assert [path for path in told if path not in made_up and not os.path.exists(os.path.join(ROOT, path))] == []
    assert made_up <= set(told)


def test_the_map_names_what_the_code_has():
    told = re.findall(r'``\.?([A-Za-z_.]+)``', read('docs', 'internals.rst'))
    code = '\n'.join(read(path) for path in files('redpipe', 'tests') if path.endswith('.py'))
    words = set(re.findall(r'\w+', code)) | {'pyi', 'things'}
    assert [name for name in told if not words.issuperset(name.split('.'))] == []


def test_the_version_is_the_same_everywhere():
    assert redpipe.__version__ == read('VERSION').strip() == read('redpipe', 'VERSION').strip()
    assert type(redpipe.__version__) is str


def test_the_changelog_begins_with_this_version():
    assert read('CHANGELOG.rst').split()[2] == redpipe.__version__


def test_every_public_name_exists():
    assert [name for name in redpipe.__all__ if not hasattr(redpipe, name)] == []
    assert len(set(redpipe.__all__)) == len(redpipe.__all__)


@pytest.fixture(scope='module')
def built(tmpdir_factory):
    """The paths of a source distribution and a wheel that were built from a copy of the checkout."""
    pytest.importorskip('setuptools')
    pytest.importorskip('wheel')
    copy = str(tmpdir_factory.mktemp('checkout').join('redpipe'))
    shutil.copytree(ROOT, copy, symlinks=True, ignore=shutil.ignore_patterns(
        '.git', '.tox', '.venv', '.hypothesis', '*cache*', '*.egg-info', 'build', 'dist', '_build'))
    output = subprocess.Popen([sys.executable, 'setup.py', '-q', 'sdist', 'bdist_wheel'], cwd=copy,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = output.communicate()[0].decode('utf-8', 'replace')
    assert output.returncode == 0, said
    dist = os.path.join(copy, 'dist')
    sdist, wheel = sorted(os.listdir(dist), key=lambda name: name.endswith('.whl'))
    return os.path.join(dist, sdist), os.path.join(dist, wheel)


def files(*tops):
    """All files of these folders that are kept in the repository, with ``/``."""
    for top in tops:
        for folder, folders, names in os.walk(os.path.join(ROOT, top)):
            folders[:] = [name for name in folders if name not in ('__pycache__', '_build')]
            for name in names:
                if not name.endswith(('.pyc', '.pyo')):
                    yield os.path.relpath(os.path.join(folder, name), ROOT).replace(os.sep, '/')


def test_the_wheel_is_for_every_python_and_holds_the_package(built):
    assert os.path.basename(built[1]) == 'redpipe-%s-py2.py3-none-any.whl' % redpipe.__version__
    with zipfile.ZipFile(built[1]) as wheel:
        names = set(name for name in wheel.namelist() if '.dist-info/' not in name)
    assert names == set(files('redpipe'))


def test_the_wheel_asks_for_redis_and_six_alone(built):
    with zipfile.ZipFile(built[1]) as wheel:
        name, = [name for name in wheel.namelist() if name.endswith('METADATA')]
        metadata = wheel.read(name).decode('utf-8').splitlines()
    wanted = [line.split(':')[1] for line in metadata if line.startswith('Requires-Dist') and 'extra' not in line]
    wanted = sorted(''.join(one.split()).replace('(', '').replace(')', '') for one in wanted)
    assert wanted == ['redis>=2.10.6', 'six>=1.13']
    # Its newest release wants a redis-py that newer Pythons cannot import.
    cluster, = [line for line in metadata if line.startswith('Requires-Dist: redis-py-cluster')]
    assert 'python_version' in cluster and '3.9' in cluster


def test_the_source_distribution_is_complete(built):
    with tarfile.open(built[0]) as sdist:
        names = set(name.split('/', 1)[1] for name in sdist.getnames() if '/' in name)
    single = ['setup.py', 'setup.cfg', 'VERSION', 'LICENSE', 'README.rst', 'CHANGELOG.rst', 'CONTRIBUTING.rst',
              'MANIFEST.in', 'Makefile', 'Dockerfile', 'tox.ini', 'test.py', 'activate', '.ci/run', '.dockerignore']
    wanted = set(single) | set(files('redpipe', 'tests', 'docs', 'examples', 'benchmarks'))
    assert wanted - names == set()


def test_an_unpacked_wheel_knows_its_version(built, tmpdir):
    with zipfile.ZipFile(built[1]) as wheel:
        wheel.extractall(str(tmpdir))
    program = 'import os, redpipe; print(redpipe.__version__); print(os.path.abspath(redpipe.__file__))'
    environment = dict(os.environ, PYTHONPATH=str(tmpdir))
    said = subprocess.check_output([sys.executable, '-c', program], cwd=str(tmpdir), env=environment)
    version, place = said.decode('utf-8').splitlines()
    assert version == redpipe.__version__
    assert os.path.realpath(place).startswith(os.path.realpath(str(tmpdir)))
