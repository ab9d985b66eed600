"""Futures and Structs in web applications: pydantic, FastAPI and Flask take them, and a page is one round trip."""
import contextlib
import datetime
import importlib
import socket
import subprocess
import sys
import threading
import time

import pytest
import redis

import redpipe
from examples import bookshop, readers
from examples.local import Link
from places import ROOT

pydantic = pytest.importorskip('pydantic', minversion='2')
typing = pytest.importorskip('typing')


class Day(object):
    """A field of one's own."""

    @classmethod
    def encode(cls, value):
        return value.isoformat()

    @classmethod
    def decode(cls, data):
        return datetime.date(*map(int, data.decode('ascii').split('-')))


class Numbered(redpipe.Struct):
    key_name = 'number'
    memberparse = redpipe.IntegerField


class Member(redpipe.Struct):
    key_name = 'member'
    fields = {'name': str, 'age': int, 'joined': Day}


def settled(value):
    future = redpipe.Future()
    future.set(value)
    return future


def validated(kind, value):
    return pydantic.TypeAdapter(kind).validate_python(value)


def as_json(kind, value):
    return pydantic.TypeAdapter(kind).dump_json(value).decode('utf-8')


def schema(kind):
    return pydantic.TypeAdapter(kind).json_schema(mode='serialization')


@pytest.fixture
def member(connected):
    return Member({'member': 'ann', 'name': 'Ann', 'joined': datetime.date(2020, 2, 29), 'town': 'Utrecht'})


# -- pydantic: Futures

def test_a_future_is_serialized_as_its_result():
    assert as_json(redpipe.Future[int], settled(3)) == '3'
    assert as_json(redpipe.Future[typing.Optional[str]], settled(None)) == 'null'
    assert as_json(typing.List[redpipe.Future[str]], [settled('a'), settled(settled('b'))]) == '["a","b"]'
    assert as_json(redpipe.Future, settled({'a': [1]})) == '{"a":[1]}'


def test_a_future_of_an_annotated_type_is_a_future_of_what_is_valid():
    count = validated(redpipe.Future[int], settled('3'))
    assert type(count) is redpipe.Future
    assert count.result == 3
    with pytest.raises(pydantic.ValidationError, match='valid integer'):
        validated(redpipe.Future[int], settled('a'))


def test_a_plain_value_becomes_a_settled_future():
    assert validated(redpipe.Future[int], 3).result == 3


def test_a_model_can_be_made_before_the_pipe_executes(connected):
    Page = pydantic.create_model('Page', visits=(redpipe.Future[int], Ellipsis))
    with redpipe.autoexec() as pipe:
        page = Page(visits=pipe.incr('visits'))
    assert page.visits == 1
    assert page.model_dump() == {'visits': 1}
    assert page.model_dump_json() == '{"visits":1}'
    assert Page.model_validate_json('{"visits":1}') == page


def test_a_future_without_its_result_cannot_be_serialized():
    kind = pydantic.TypeAdapter(redpipe.Future[int])
    with pytest.raises(ValueError, match='ResultNotReady: the root pipeline of this Future has not executed yet'):
        kind.dump_json(redpipe.Future())
    with pytest.raises(ValueError) as caught:
        kind.dump_python(redpipe.Future())
    assert isinstance(caught.value.__cause__, redpipe.ResultNotReady)


def test_pydantic_sees_through_a_future_where_no_type_is_annotated():
    assert as_json(typing.Any, {'a': [settled(settled(3))]}) == '{"a":[3]}'
    assert as_json(dict, {'a': settled({'b': settled('')})}) == '{"a":{"b":""}}'
    with pytest.raises(ValueError, match='ResultNotReady'):
        as_json(typing.Any, [redpipe.Future()])


def test_the_schema_of_a_future_is_that_of_its_result():
    assert schema(redpipe.Future[int]) == schema(int)
    assert schema(typing.List[redpipe.Future[str]]) == schema(typing.List[str])


def test_without_pydantic_there_is_no_serializer(monkeypatch):
    monkeypatch.setitem(sys.modules, 'pydantic_core', None)
    assert not hasattr(settled(3), '__pydantic_serializer__')
    assert not hasattr(Member('ann', no_op=True), '__pydantic_serializer__')


def test_redpipe_alone_imports_neither_pydantic_nor_fastapi():
    program = 'import sys, redpipe; sys.exit(bool({"pydantic", "pydantic_core", "fastapi"} & set(sys.modules)))'
    assert subprocess.call([sys.executable, '-c', program], cwd=ROOT) == 0


# -- pydantic: Structs

def test_a_struct_is_serialized_as_its_items(member):
    expected = '{"member":"ann","name":"Ann","joined":"2020-02-29","town":"Utrecht"}'
    assert as_json(Member, member) == expected
    assert as_json(typing.Any, [member]) == '[%s]' % expected
    assert as_json(redpipe.Future[Member], settled(member)) == expected


def test_a_struct_whose_names_are_numbers_is_serialized(connected):
    assert as_json(Numbered, Numbered({'number': '1', 7: 'seven'})) == '{"number":"1","7":"seven"}'


def test_a_struct_is_valid_as_it_is(member):
    assert validated(Member, member) is member
    assert validated(redpipe.Struct, member) is member
    assert validated(Member, settled(member)) is member


@pytest.mark.parametrize('given', [{'member': 'ann'}, 'ann', None, Numbered('1', no_op=True)])
def test_what_is_no_such_struct_is_refused(given):
    with pytest.raises(pydantic.ValidationError, match=r'a Member was expected, not %s .*; call Member\(\) yourself, '
                                                       'since that reads or writes Redis' % type(given).__name__):
        validated(Member, given)


def test_a_struct_that_has_not_loaded_cannot_be_serialized(connected):
    with redpipe.autoexec() as pipe:
        member = Member('ann', pipe=pipe)
        with pytest.raises(ValueError, match="ResultNotReady: Member 'ann' has not loaded"):
            as_json(Member, member)


def test_the_schema_of_a_struct_tells_its_fields():
    told = schema(Member)
    assert told['required'] == ['member']
    assert set(told['properties']) == {'member', 'name', 'age', 'joined'}
    assert told['properties']['age']['type'] == 'integer'
    assert told['additionalProperties'] is True


# -- FastAPI

@pytest.fixture
def encode():
    """FastAPI's encoder, which redpipe.fastapi has taught."""
    encoders = pytest.importorskip('fastapi.encoders')
    importlib.import_module('redpipe.fastapi')
    return encoders.jsonable_encoder


@pytest.mark.parametrize('value', [0, 2.5, 'a', '', True, None, [], [1, 2], [[1, 2]], {}, {'a': 1}])
def test_the_encoder_of_fastapi_sees_through_futures(value, encode):
    assert encode({'a': [settled(value)], 'b': settled(settled(value))}) == {'a': [value], 'b': value}
    assert encode(settled({'a': settled(value)})) == {'a': value}


def test_the_encoder_of_fastapi_refuses_a_future_without_its_result(encode):
    with pytest.raises(redpipe.ResultNotReady):
        encode({'a': redpipe.Future()})


def test_the_encoder_of_fastapi_sees_through_structs(member, encode):
    assert encode([member]) == [{'member': 'ann', 'name': 'Ann', 'joined': '2020-02-29', 'town': 'Utrecht'}]


def test_the_encoder_of_fastapi_refuses_a_struct_that_has_not_loaded(connected, encode):
    with redpipe.autoexec() as pipe:
        member = Member('ann', pipe=pipe)
        with pytest.raises(redpipe.ResultNotReady):
            encode({'member': member})


@pytest.fixture
def shop(server, client, monkeypatch):
    """A link to ``server``, which counts round trips, for the applications to connect to; the shop is filled."""
    redpipe.reset()
    redpipe.connect_redis(client)
    bookshop.fill(client)
    readers.join('bob', u'Bob', u'Ghent', [u'travel'])
    readers.follow('ann', 'bob')
    redpipe.reset()
    with Link(server.port) as link:
        monkeypatch.setenv('REDIS_URL', 'redis://127.0.0.1:%d' % link.port)
        yield link
    redpipe.reset()


@contextlib.contextmanager
def served(serve, stop, port):
    """Run *serve* in a thread until the block ends; give a client for *port*."""
    httpx = pytest.importorskip('httpx')
    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with httpx.Client(base_url='http://127.0.0.1:%d' % port, trust_env=False) as one:
            yield one
    finally:
        stop()
        thread.join()


@contextlib.contextmanager
def served_by_uvicorn(app):
    uvicorn = pytest.importorskip('uvicorn')
    listener = socket.socket()
    listener.bind(('127.0.0.1', 0))
    one = uvicorn.Server(uvicorn.Config(app, log_level='critical'))

    def stop():
        one.should_exit = True

    with served(lambda: one.run(sockets=[listener]), stop, listener.getsockname()[1]) as http:
        end = time.time() + 20
        while not one.started:
            assert time.time() < end
            time.sleep(0.01)
        yield http


@pytest.fixture
def app(shop):
    """The FastAPI application, which has not started yet."""
    pytest.importorskip('fastapi')
    return importlib.import_module('examples.fastapi_app').app


@pytest.fixture
def fastapi(app):
    """A client of the FastAPI application."""
    with served_by_uvicorn(app) as http:
        yield http


@pytest.fixture
def flask(shop):
    """A client of the Flask application."""
    pytest.importorskip('flask')
    app = importlib.import_module('examples.flask_app').create_app()
    one = importlib.import_module('werkzeug.serving').make_server('127.0.0.1', 0, app, threaded=True)
    with served(one.serve_forever, one.shutdown, one.server_port) as http:
        yield http
    one.server_close()


@pytest.fixture(params=['fastapi', 'flask'])
def http(request):
    return request.getfixturevalue(request.param)


PAGE = {'greeting': 'Welcome back, Ann of Utrecht', 'basket': 2, 'shelf': [
    'The Left Hand of Darkness  Le Guin     4.6',
    'Solaris                    Lem         4.4',
    'Kindred                    Butler      4.7',
    'Roadside Picnic            Strugatsky  4.3',
    'The Dispossessed           Le Guin     4.5',
    'Invisible Cities           Calvino     4.2']}
BOB = {'reader': 'bob', 'name': 'Bob', 'town': 'Ghent', 'newsletter': True, 'genres': ['travel']}


def get(http, path):
    answer = http.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_page_of_composed_functions_is_one_round_trip(http, shop):
    assert get(http, '/pages/ann') == dict(PAGE, visits=1)
    before = shop.round_trips
    assert get(http, '/pages/ann') == dict(PAGE, visits=2)
    assert shop.round_trips == before + 1


def test_a_record_and_what_belongs_to_it_are_one_round_trip(http, shop):
    assert get(http, '/readers/bob') == {'reader': BOB, 'followers': ['ann'], 'visits': 1}
    before = shop.round_trips
    assert get(http, '/readers/bob') == {'reader': BOB, 'followers': ['ann'], 'visits': 2}
    assert shop.round_trips == before + 1


def test_a_record_that_is_not_there_is_not_found(http):
    assert http.get('/readers/zoe').status_code == 404


def test_requests_at_the_same_time_all_count(http):
    threads = [threading.Thread(target=http.get, args=('/pages/ann',)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert get(http, '/pages/ann')['visits'] == 21


def test_a_block_is_called_with_a_root_of_its_own(fastapi):
    assert get(fastapi, '/baskets/ann') == 2


def test_a_response_without_an_annotation_holds_futures(fastapi):
    assert get(fastapi, '/sums/ann') == {'visits': 1, 'views': 1}


def test_a_background_task_counts(fastapi, client):
    assert fastapi.post('/views/ann').json() == {'reader': 'ann'}
    get(fastapi, '/pages/ann')
    end = time.time() + 10
    while not client.hexists('reader{ann}', 'page_views') and time.time() < end:
        time.sleep(0.01)
    assert client.hget('reader{ann}', 'page_views') == b'1'


@pytest.mark.parametrize('kind', [redis.ConnectionError, redis.TimeoutError])
def test_a_redis_that_is_away_is_a_503(kind, fastapi, monkeypatch):
    def away(reader, pipe=None):
        raise kind('away')

    monkeypatch.setattr(bookshop, 'basket', away)
    assert fastapi.get('/baskets/ann').status_code == 503


def test_the_basket_of_a_reader(app):
    # The lifespan runs in this block, and connects.
    with pytest.importorskip('fastapi.testclient').TestClient(app) as http:
        assert http.get('/baskets/ann').json() == 2


def test_the_description_of_the_application_tells_the_types(fastapi):
    told = get(fastapi, '/openapi.json')['components']['schemas']
    assert told['Page']['properties']['visits'] == {'type': 'integer', 'title': 'Visits'}
    assert told['Profile']['properties']['reader']['properties']['page_views']['type'] == 'integer'


@pytest.mark.parametrize('scope', ['request', 'function'])
def test_what_a_dependency_does_after_its_yield_comes_too_late_for_the_response(scope, connected):
    fastapi = pytest.importorskip('fastapi', minversion='0.121')
    app = fastapi.FastAPI()
    raised = []

    def autoexec():
        with redpipe.autoexec() as pipe:
            yield pipe

    @app.get('/')
    def endpoint(pipe=fastapi.Depends(autoexec, scope=scope)):
        return {'visits': pipe.incr('visits')}

    @app.exception_handler(redpipe.ResultNotReady)
    def refused(request, error):
        raised.append(error)
        return fastapi.responses.JSONResponse({}, status_code=500)

    importlib.import_module('redpipe.fastapi')
    with served_by_uvicorn(app) as http:
        assert http.get('/').status_code == 500
    assert raised
