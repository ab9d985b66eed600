"""The facts about commands that the package relies on are Redis's own."""
import io

import pytest

from places import COMMANDS
from redpipe import _redis_commands


def rows():
    """A dict for each line of commands.tsv."""
    with io.open(COMMANDS, encoding='utf-8') as lines:
        lines = [line.rstrip('\n').split('\t') for line in lines if not line.startswith('#')]
    return [dict(zip(lines[0], line)) for line in lines[1:]]


#: What the table counts as reads, and what is none for sending again: scripts, and what answers anew each time.
NO_READS = {'EVAL_RO', 'EVALSHA_RO', 'FCALL_RO', 'LOLWUT'}
#: What the table leaves out, as it touches no key.
MORE_READS = {'PING', 'ECHO', 'TIME'}
#: What is for clusters' own use, or for those who work on Redis, and functions, which may have written when refused.
NO_WRITES = {'FUNCTION DELETE', 'FUNCTION FLUSH', 'FUNCTION LOAD', 'FUNCTION RESTORE', 'PFDEBUG', 'RESTORE-ASKING'}


def test_the_commands_that_only_read_are_those_of_redis():
    reads = {str(row['command']) for row in rows() if row['access'] == 'read'}
    assert _redis_commands.READS == (reads - NO_READS) | MORE_READS


def test_the_commands_that_write_are_those_of_redis():
    writes = {str(row['command']) for row in rows() if row['access'] == 'write'}
    assert _redis_commands.WRITES == writes - NO_WRITES


def test_the_places_of_keys_are_those_of_redis():
    for row in rows():
        name, place = str(row['command']), row['keys']
        found = _redis_commands.keys_of((name, 'k', 'x'))
        if name in _redis_commands.KEYS_OF and place in ('0', '1') and name != 'PFDEBUG':  # its key comes third
            assert found == ([] if place == '0' else ['k']), name
        if place not in ('0', '1') and not _redis_commands.changes_connection((name,)):
            assert name.split()[0] in _redis_commands.KEYS_OF, name


@pytest.mark.parametrize('name', ['GET', 'get', b'Get', u'GET', 'GET ', ' get'])
def test_a_name_is_known_however_it_is_written(name):
    assert _redis_commands.only_reads([(name, 'k')])
    assert _redis_commands.name_of((name, 'k')) == 'GET' and type(_redis_commands.name_of((name, 'k'))) is str


@pytest.mark.parametrize('words', [
    ('OBJECT ENCODING', 'k'), ('object', b'encoding', 'k'), (b'OBJECT', u'Encoding', 'k')])
def test_a_name_of_two_words_is_known_as_one_word_and_as_two(words):
    assert _redis_commands.only_reads([words])
    assert not _redis_commands.only_reads([('OBJECT', 'HELP')])


def test_what_is_not_in_the_tables_may_do_anything():
    for words in ('EVAL', 'return 1', 0), ('FCALL', 'f', 0), ('MODULE.WRITE', 'k'):
        assert not _redis_commands.only_reads([words]) and not _redis_commands.known_outcome([words])
    assert _redis_commands.known_outcome([('SET', 'k', 'v'), ('GET', 'k')])
    assert not _redis_commands.known_outcome([('SET', 'k', 'v'), ('EVAL', 'return 1', 0)])
