# -*- coding: utf-8 -*-
import pytest

from contract import Contract
from redpipe.exceptions import InvalidValue
from redpipe.fields import IntegerField
from redpipe.keyspaces import HyperLogLog


class Visitors(HyperLogLog):
    keyspace = 'K'


class Numbers(Visitors):
    valueparse = IntegerField


class TestHyperLogLog(Contract):
    Keys = Visitors
    kind = b'string'
    making = ('pfadd', u'a', u'b')

    def test_pfadd(self, on, connected):
        assert on(Visitors).pfadd('k', u'\xe9') == 1
        assert on(Visitors).pfadd('k', u'\xe9') == 0
        assert on(Visitors).pfadd('k', 'a', 'b') == 1
        assert on(Visitors).pfadd('k', ['a', 'c']) == 1
        assert connected.pfcount('K{k}') == 4
        assert connected.pfadd('K{k}', u'\xe9'.encode('utf-8')) == 0

    def test_values_have_a_codec(self, on, connected):
        assert on(Numbers).pfadd('k', 5) == 1
        assert connected.pfadd('K{k}', '5') == 0
        with pytest.raises(InvalidValue):
            on(Numbers).pfadd('k', u'x')

    @pytest.mark.one_server
    def test_pfcount(self, on, connected):
        connected.pfadd('K{k}', 'a', 'b')
        connected.pfadd('K{l}', 'b', 'c')
        assert on(Visitors).pfcount('k') == 2
        assert on(Visitors).pfcount(name='x') == 0
        assert on(Visitors).pfcount('k', 'l') == 3
        assert on(Visitors).pfcount(['k', 'l']) == 3

    @pytest.mark.one_server
    def test_pfmerge(self, on, connected):
        connected.pfadd('K{k}', 'a', 'b')
        connected.pfadd('K{l}', 'b', 'c')
        assert on(Visitors).pfmerge('dest', 'k', 'l') is True
        assert connected.pfcount('K{dest}') == 3
        assert on(Visitors).pfmerge('dest', ['k', 'l']) is True

    def test_pfdebug(self, on, connected):
        connected.pfadd('K{k}', 'a')
        assert on(Visitors).pfdebug('k') == b'sparse'
        assert len(on(Visitors).pfdebug('k', 'getreg')) == 16384
