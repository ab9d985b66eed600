# -*- coding: utf-8 -*-
import pytest

import redpipe
from contract import Contract
from redpipe.exceptions import InvalidOperation, InvalidValue
from redpipe.keyspaces import Geo

PALERMO = 13.361389, 38.115556, u'Palermo'
CATANIA = 15.087269, 37.502669, u'Catania'
SIENA = 11.330556, 43.318611, u'Si\xe9na'


class Places(Geo):
    keyspace = 'K'


def near(position, place):
    return abs(position[0] - place[0]) < 1e-4 and abs(position[1] - place[1]) < 1e-4


class TestGeo(Contract):
    Keys = Places
    kind = b'zset'
    making = ('geoadd', PALERMO + CATANIA)

    @pytest.fixture
    def places(self, connected):
        Places().geoadd('k', PALERMO + CATANIA + SIENA)

    def test_geoadd(self, on, connected, needs):
        assert on(Places).geoadd('k', PALERMO + CATANIA) == 2
        assert on(Places).geoadd('k', *SIENA) == 1
        assert connected.zrange('K{k}', 0, -1) == [
            b'Palermo', b'Catania', u'Si\xe9na'.encode('utf-8')]
        for values in (([],), (PALERMO[:2],), PALERMO + (5,)):
            with pytest.raises(InvalidOperation):
                on(Places).geoadd('k', *values)
        with pytest.raises(InvalidValue):
            on(Places).geoadd('k', 1, 2, 3)
        needs(6, 2)
        assert on(Places).geoadd('k', (0, 0, u'Palermo', 0, 0, u'x'), nx=True) == 1
        assert on(Places).geoadd('k', (0, 0, u'Palermo', 0, 0, u'y'), xx=True, ch=True) == 1

    def test_geodist(self, on, places):
        metres = on(Places).geodist('k', 'Palermo', 'Catania')
        assert 166274 < metres < 166275 and type(metres) is float
        assert 166.27 < on(Places).geodist('k', 'Palermo', u'Catania', 'km') < 166.28
        assert on(Places).geodist('k', 'Palermo', 'x') is None

    def test_geohash(self, on, places):
        assert on(Places).geohash('k', 'Palermo', 'x', 'Catania') == [
            u'sqc8b49rny0', None, u'sqdtr74hyu0']

    def test_geopos(self, on, places):
        found = on(Places).geopos('k', ['Palermo', 'x'])
        assert near(found[0], PALERMO) and type(found[0]) is tuple and found[1] is None

    def test_georadius(self, on, places):
        assert on(Places).georadius('k', 15, 37, 200, 'km', sort='ASC') == [u'Catania', u'Palermo']
        assert on(Places).georadius('k', 15, 37, 200000, count=1, sort='asc') == [u'Catania']
        assert on(Places).georadius('k', 0, 0, 1) == []
        (name, distance, digest, position), = on(Places).georadius(
            'k', 15, 37, 100, unit='km', withdist=True, withcoord=True, withhash=True)
        assert name == u'Catania' and 56 < distance < 57 and near(position, CATANIA)
        assert digest == 3479447370796909
        assert on(Places).georadius('k', 11, 43, 100, 'km', withhash=True)[0][0] == u'Si\xe9na'

    @pytest.mark.one_server
    def test_georadius_and_store(self, on, places, connected):
        assert on(Places).georadius('k', 15, 37, 200, 'km', store='dest') == 2
        assert on(Places).geohash('dest', 'Palermo') == [u'sqc8b49rny0']
        assert on(Places).georadius('k', 15, 37, 200, 'km', store_dist='dest') == 2
        assert 56 < connected.zscore('K{dest}', 'Catania') < 57

    @pytest.mark.one_server
    def test_georadiusbymember(self, on, places):
        assert on(Places).georadiusbymember('k', u'Si\xe9na', 10) == [u'Si\xe9na']
        found = on(Places).georadiusbymember('k', 'Palermo', 200, 'km', withdist=True, sort='DESC')
        assert [name for name, _ in found] == [u'Catania', u'Palermo']
        assert found[1] == [u'Palermo', 0.0]
        assert on(Places).georadiusbymember('k', 'Palermo', 200, 'km', store='dest') == 2

    def test_those_for_replicas(self, on, places):
        assert on(Places).georadius_ro('k', 15, 37, 100, 'km') == [u'Catania']
        found = on(Places).georadiusbymember_ro('k', 'Palermo', 1, withdist=True)
        assert found == [[u'Palermo', 0.0]]

    def test_geosearch(self, on, places, needs):
        needs(6, 2)
        assert on(Places).geosearch('k', member='Palermo', radius=200, unit='km', sort='ASC') == [
            u'Palermo', u'Catania']
        (name, distance, position), = on(Places).geosearch(
            'k', longitude=15, latitude=37, width=200, height=200, unit='km', count=1, any=True,
            withdist=True, withcoord=True)
        assert name == u'Catania' and 56 < distance < 57 and near(position, CATANIA)

    def test_geosearch_wants_one_centre_and_one_form(self, on, places):
        for words in ({}, {'member': 'x'}, {'radius': 5}, {'member': 'x', 'width': 5},
                      {'member': 'x', 'longitude': 5, 'latitude': 5, 'radius': 5},
                      {'longitude': 5, 'radius': 5},
                      {'member': 'x', 'radius': 5, 'width': 5, 'height': 5}):
            with pytest.raises(InvalidOperation):
                on(Places).geosearch('k', **words)

    @pytest.mark.one_server
    def test_geosearchstore(self, on, places, connected, needs):
        needs(6, 2)
        assert on(Places).geosearchstore('dest', 'k', member='Palermo', radius=200, unit='km') == 2
        assert on(Places).geohash('dest', 'Palermo') == [u'sqc8b49rny0']
        assert on(Places).geosearchstore('dest', 'k', member='Catania', radius=200, unit='km',
                                         sort='ASC', count=1, storedist=True) == 1
        assert connected.zrange('K{dest}', 0, -1) == [b'Catania']
        assert connected.zscore('K{dest}', 'Catania') == 0

    def test_places_are_those_of_a_sorted_set(self, on, places, connected):
        assert on(Places).zcard('k') == 3
        assert on(Places).zrem('k', u'Si\xe9na') == 1
        assert connected.zcard('K{k}') == 2

    @pytest.mark.one_server
    def test_a_corrupt_value_spoils_its_own_future_alone(self, connected):
        connected.execute_command('GEOADD', 'K{k}', 1, 1, b'\xff')
        with redpipe.autoexec() as pipe:
            bad, good = Places(pipe).georadius('k', 1, 1, 5), Places(pipe).zcard('k')
        assert good == 1
        with pytest.raises(InvalidValue):
            bad.result
