"""A Struct is a dict of Any, since no checker can tell a field by its name; what its methods return is known."""
from typing import Any, Optional, assert_type

import redpipe
from redpipe import Future


class User(redpipe.Struct):
    keyspace = 'U'
    key_name = 'user_id'
    default_fields = 'defined'
    fields = {
        'name': redpipe.TextField,
        'visits': redpipe.IntegerField,
        'rating': redpipe.FloatField,
    }

    @property
    def name(self) -> str:
        """Give a field its type where it is read."""
        value: str = self['name']
        return value

    def seen(self, pipe: Optional[redpipe.Pipe] = None) -> Future[int]:
        return self.incr('visits', pipe=pipe)


def structs() -> None:
    with redpipe.autoexec() as pipe:
        user = User({'rating': 1.5, 'name': 'Ann', 'user_id': '1'}, pipe)
        other = User('2', pipe=pipe, fields=['name'])
        assert_type(user.incr('visits'), Future[int])
        assert_type(user.incr('visits', 2, pipe), Future[int])
        assert_type(user.incr('rating', 0.5, pipe=pipe), Future[float])
        assert_type(user.decr('visits'), Future[int])
        assert_type(user.seen(pipe), Future[int])
        other.update({'name': 'Bob', 'visits': None}, pipe=pipe)
        other.remove(['rating'], pipe=pipe)
    assert_type(user.name, str)
    assert_type(user['rating'], Any)
    assert_type(user.get('name', 'unknown'), Any)
    assert_type('name' in user, bool)
    assert_type(len(user), int)
    assert_type(user.keys(), list[str])
    assert_type(user.items(), list[tuple[str, Any]])
    assert_type(dict(user), dict[str, Any])
    assert_type(user == dict(user), bool)
    assert_type(user.persisted, bool)
    assert_type(user.copy(), User)
    assert_type(user.pop('rating'), Future[Any])
    assert_type(user.core, type[redpipe.Hash])
    assert_type(User.core().hlen('1'), Future[int])
    assert_type([name for name in user], list[str])
    user.load('all')
    user.clear()
    User.delete(['1', '2'])
