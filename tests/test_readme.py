"""The README's quick start does what it says."""
import io
import os
import re
import textwrap

import pytest
import redis

import redpipe

README = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'README.rst')


def code_blocks():
    with io.open(README, encoding='utf-8') as file:
        text = file.read()
    blocks = re.findall(r'^\.\. code-block:: python\n((?:\n|    .*\n)+)', text, re.M)
    return [str(textwrap.dedent(block)) for block in blocks]


@pytest.fixture
def as_a_reader(connected, server, monkeypatch):
    """redis-py's default server is the one of the tests, and nothing is connected yet."""
    redpipe.reset()
    monkeypatch.setattr(redis, 'Redis', lambda: server.client())
    return connected


def test_the_quick_start_runs_from_top_to_bottom(as_a_reader, capsys):
    names = {}
    for block in code_blocks():
        exec(block, names)
    assert capsys.readouterr().out.splitlines() == ['1', '100', '1 and 3', '2, False']
    assert as_a_reader.ttl('seen:home') > 3500
