"""Places on earth, which Redis keeps in sorted sets."""
from functools import partial

from ..exceptions import InvalidOperation
from ._arguments import as_list, exclusive, flags, keyword_only, needs, options, without_callback
from ._replies import as_float, as_texts
from .sorted_sets import SortedSet

__all__ = ['Geo']


class Geo(SortedSet):
    """Keys that hold places: values with a longitude and a latitude, in degrees.

    Redis keeps the places in a sorted set, so the commands of sorted sets, such as ``zrem``, work too.
    A *unit* is ``'m'``, ``'km'``, ``'mi'`` or ``'ft'``; by default, distances are in metres.
    """

    def geoadd(self, name, values, *more, **conditions):
        """Add places, and return how many are new. Sends GEOADD.

        *values* is a flat list of longitude, latitude, value, and so on, or several arguments. Redis 6.2:

        - *nx*: only add new places.
        - *xx*: only move places that exist.
        - *ch*: return how many places were added or moved.
        """
        given = keyword_only(conditions, nx=False, xx=False, ch=False)
        values = as_list((values,) + more)
        if len(values) % 3:
            raise InvalidOperation('each place is a longitude, a latitude and a value')
        exclusive(nx=given['nx'], xx=given['xx'])
        words = flags(NX=given['nx'], XX=given['xx'], CH=given['ch'])
        places = []
        for i in range(0, len(values), 3):
            places += values[i], values[i + 1], self._encode(values[i + 2])
        return self._queue(('GEOADD', self.redis_key(name)) + words + tuple(places))

    def geodist(self, name, place1, place2, unit=None):
        """Return the distance between two places, None if a place is missing. Sends GEODIST."""
        words = self.redis_key(name), self._encode(place1), self._encode(place2)
        unit = () if unit is None else (unit,)
        return self._queue((without_callback('GEODIST'),) + words + unit, as_float)

    def geohash(self, name, *values):
        """Return the geohash of each place as text, None for a missing place. Sends GEOHASH."""
        words = self._encode_all(values)
        return self._queue((without_callback('GEOHASH'), self.redis_key(name)) + words, as_texts)

    def geopos(self, name, *values):
        """Return (longitude, latitude) of each place, None for a missing place.

        Sends GEOPOS.
        """
        words = self._encode_all(values)
        return self._queue((without_callback('GEOPOS'), self.redis_key(name)) + words, _positions)

    def geosearch(self, name, member=None, longitude=None, latitude=None, unit='m', radius=None,
                  width=None, height=None, sort=None, count=None, any=False, withcoord=False,
                  withdist=False, withhash=False):
        """Return the places in a circle or a box around a place or a point, as a list.

        - *member*, or *longitude* and *latitude*: the centre.
        - *radius*, or *width* and *height*, in *unit*: the circle or the box.
        - *sort*: ``'ASC'``, the nearest first, or ``'DESC'``.
        - *count*: the most places to return; with *any*, the first places found and not the nearest.
        - *withdist*, *withhash*, *withcoord*: make each place a list of the place and, in this order, its
          distance, its hash as an int, and (longitude, latitude).

        Sends GEOSEARCH (Redis 6.2).
        """
        words = self._area(member, longitude, latitude, unit, radius, width, height)
        words += _order(sort, count, any)
        words += flags(WITHDIST=withdist, WITHHASH=withhash, WITHCOORD=withcoord)
        decode = self._places(withdist, withhash, withcoord)
        return self._queue((without_callback('GEOSEARCH'), self.redis_key(name)) + words, decode)

    def geosearchstore(self, dest, name, member=None, longitude=None, latitude=None, unit='m',
                       radius=None, width=None, height=None, sort=None, count=None, any=False,
                       storedist=False):
        """Like :meth:`geosearch`, but store the places in *dest*, and return how many.

        *storedist* stores the distances as scores, in a sorted set. Sends GEOSEARCHSTORE (Redis 6.2).
        """
        words = self._area(member, longitude, latitude, unit, radius, width, height)
        words += _order(sort, count, any) + flags(STOREDIST=storedist)
        return self._queue(('GEOSEARCHSTORE',) + self._keys(dest, name) + words)

    def georadius(self, name, longitude, latitude, radius, unit=None, withdist=False,
                  withcoord=False, withhash=False, count=None, sort=None, store=None,
                  store_dist=None, any=False):
        """Like :meth:`geosearch`, but in a circle around a point only. Sends GEORADIUS.

        *store* stores the places in that key, *store_dist* their distances; either returns how many.
        """
        return self._radius('GEORADIUS', name, (longitude, latitude), radius, unit, withdist,
                            withcoord, withhash, count, sort, store, store_dist, any)

    def georadiusbymember(self, name, member, radius, unit=None, withdist=False,
                          withcoord=False, withhash=False, count=None, sort=None, store=None,
                          store_dist=None, any=False):
        """Like :meth:`georadius`, but around a place. Sends GEORADIUSBYMEMBER."""
        return self._radius('GEORADIUSBYMEMBER', name, (self._encode(member),), radius, unit,
                            withdist, withcoord, withhash, count, sort, store, store_dist, any)

    def georadius_ro(self, name, longitude, latitude, radius, unit=None, withdist=False,
                     withcoord=False, withhash=False, count=None, sort=None, any=False):
        """Like :meth:`georadius`, but a replica answers too; without *store*. Sends GEORADIUS_RO."""
        return self._radius('GEORADIUS_RO', name, (longitude, latitude), radius, unit, withdist,
                            withcoord, withhash, count, sort, None, None, any)

    def georadiusbymember_ro(self, name, member, radius, unit=None, withdist=False,
                             withcoord=False, withhash=False, count=None, sort=None, any=False):
        """Like :meth:`georadiusbymember`, but a replica answers too; without *store*. Sends GEORADIUSBYMEMBER_RO."""
        return self._radius('GEORADIUSBYMEMBER_RO', name, (self._encode(member),), radius, unit,
                            withdist, withcoord, withhash, count, sort, None, None, any)

    def _radius(self, command, name, centre, radius, unit, withdist, withcoord, withhash, count,
                sort, store, store_dist, any):
        words = centre + (radius, unit or 'm')
        words += flags(WITHDIST=withdist, WITHHASH=withhash, WITHCOORD=withcoord)
        words += _order(sort, count, any)
        words += options(STORE=store if store is None else self.redis_key(store),
                         STOREDIST=store_dist if store_dist is None else self.redis_key(store_dist))
        exclusive(store=store is not None, store_dist=store_dist is not None)
        stored = store is not None or store_dist is not None
        for extra in (withdist, withhash, withcoord):
            exclusive(**{'store or store_dist': stored, 'withdist, withhash or withcoord': extra})
        decode = None if stored else self._places(withdist, withhash, withcoord)
        return self._queue((without_callback(command), self.redis_key(name)) + words, decode)

    def _area(self, member, longitude, latitude, unit, radius, width, height):
        """Return the words for the area to search, which needs one centre and one form."""
        if (member is None) == (longitude is None) or (longitude is None) != (latitude is None):
            raise InvalidOperation('search around a member, or a longitude and a latitude')
        if (radius is None) == (width is None) or (width is None) != (height is None):
            raise InvalidOperation('search in a radius, or in a width and a height')
        centre = (('FROMLONLAT', longitude, latitude) if member is None
                  else ('FROMMEMBER', self._encode(member)))
        form = ('BYRADIUS', radius) if width is None else ('BYBOX', width, height)
        return centre + form + (unit,)

    def _places(self, withdist, withhash, withcoord):
        """Return the decoder of places with the extras that were asked for, in the server's order."""
        casts = [cast for cast, wanted in (
            (float, withdist), (int, withhash), (_position, withcoord)) if wanted]
        return partial(self._decode_places, casts) if casts else self._decode_all

    def _decode_places(self, casts, reply):
        return [[self._decode(place[0])] + [cast(item) for cast, item in zip(casts, place[1:])]
                for place in reply]


def _order(sort, count, any):
    needs('any', any, 'count', count is not None)
    words = (sort.upper(),) if sort else ()
    return words + options(COUNT=count) + flags(ANY=any)


def _position(reply):
    return None if reply is None else (float(reply[0]), float(reply[1]))


def _positions(reply):
    return [_position(position) for position in reply]
