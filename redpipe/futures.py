"""The Future: what a queued command returns, and what turns into its result.

A Future is settled once its pipeline has executed; from then on it behaves as
the result in every expression, on either side of an operator. Read earlier, it
raises :class:`~redpipe.exceptions.ResultNotReady`; only ``repr`` never raises.

What no Python object can imitate stays as it is, on purpose:

- ``isinstance(future, int)`` and ``future is None`` see the Future itself; use
  :func:`ISINSTANCE` and :func:`IS`, ``==``, or ``future.result``;
- ``future += 1`` binds the name to a plain value, the Future keeps its own;
- ``future[key] = value`` and ``future.name = value`` are refused: change
  ``future.result`` instead;
- ``await future`` gives the result that is there, and never waits; the other asynchronous protocols and the buffer
  protocol are not there.

A Future may be set to another Future, whose result is then its own: every way of
reading ends at the innermost plain value.
"""
import copy
import math
import operator
import os
import types

import six

from .exceptions import InvalidOperation, InvalidValue, ResultNotReady

__all__ = ['Future', 'IS', 'ISINSTANCE']


def plain(value):
    """Return the result of *value* if *value* is a Future, and any other value as it is.

    A result is never a Future. The function asks for the type, never for an attribute, which other objects could fake.
    """
    return value._result if issubclass(type(value), Future) else value


def _unary(function):
    def method(self):
        return function(self._result)
    return method


def _binary(function):
    def method(self, other):
        return function(self._result, plain(other))
    return method


def _reflected(function):
    def method(self, other):
        return function(plain(other), self._result)
    return method


def _of_valid(value, validate):
    """Return a Future of what *validate* makes of *value*; a Future without its result is left as it is."""
    try:
        value = plain(value)
    except ResultNotReady:
        return value
    future = Future()
    future.set(validate(value))
    return future


def _simple(value):
    return plain(value) if isinstance(value, Future) else dict(value)


class PydanticSerializable(object):
    """The base of Futures and Structs: what pydantic asks of an object whose annotation does not tell its type.

    It is a base since pydantic takes what stands in a class itself for the serializer of the annotation.
    """

    __slots__ = ()

    @property
    def __pydantic_serializer__(self):
        try:
            from pydantic_core import SchemaSerializer, core_schema  # optional, and not there before pydantic 2
        except ImportError:
            raise AttributeError('__pydantic_serializer__')
        return SchemaSerializer(core_schema.any_schema(
            serialization=core_schema.plain_serializer_function_ser_schema(_simple)))


class Future(PydanticSerializable):
    """Stand for the reply to a command until it arrives, and behave as it afterwards.

    Attributes: ``result``, the plain value. Raises
    :class:`~redpipe.exceptions.ResultNotReady` however it is read too early; its
    text and ``__cause__`` tell what became of the batch. A reply that cannot be
    decoded raises :class:`~redpipe.exceptions.InvalidValue` when it is read.
    """

    #: Django's templates call what is callable, unless it says so: ``{{ visits }}`` is the result.
    do_not_call_in_templates = True

    # An empty slot is a missing attribute, so __getattr__ answers for it: the
    # constructor has nothing to do, and reading _result needs no check. One slot
    # is less for the garbage collector to look at; see set_error() for errors.
    __slots__ = ('_result', '__weakref__')

    def __getattr__(self, name):
        if name == '_result':
            raise ResultNotReady(
                'the root pipeline of this Future has not executed yet; call execute() on it or leave its autoexec '
                'block first. A nested pipeline only hands its commands to the root: a function that was given a '
                'pipe reads results in an on_execute() callback')
        return getattr(self._result, name)

    @property
    def result(self):
        """The plain value: bytes, int, list, dict, None or what a decoder made of it."""
        return self._result

    def set(self, data):
        """Settle the Future with *data*, any object; setting it again replaces it.

        *data* may be another Future, which need not have its result yet.
        """
        if issubclass(type(data), Future):
            _follow(self, data)
        else:
            self._result = data

    def IS(self, other):
        """Return True if the result is the very object *other*, or that Future's result."""
        return self._result is plain(other)

    def isinstance(self, other):
        """Return True if the result is an instance of *other*, a class or a tuple of them."""
        return isinstance(self._result, other)

    def id(self):
        """Return the identity of the result, as ``id(future.result)``."""
        return id(self._result)

    def __repr__(self):
        try:
            result = self._result
        except Exception:
            result = None
        return repr(result)

    # Pickle skips a state that is false; this one never is.
    def __reduce__(self):
        kind, state = _kind(self), {'result': self._result}
        if kind is not Future:
            state.update([('attributes', own) for own in [_attributes(self)] if own])
        return kind, (), state

    def __setstate__(self, state):
        """Take the state of any release: ``{'result': x}``, formerly ``(x,)`` or the bare result.

        A subclass may have ``attributes`` of its own beside the result.
        """
        if type(state) is dict and sorted(state) == ['attributes', 'result'] and type(self) is not Future:
            for name, value in state['attributes'].items():
                setattr(self, name, value)
            state = state['result']
        elif type(state) is dict and list(state) == ['result']:
            state = state['result']
        elif type(state) is tuple and len(state) == 1:
            state = state[0]
        self.set(state)

    def __deepcopy__(self, memo):
        kind = _kind(self)
        twin = kind()
        twin._result = copy.deepcopy(self._result, memo)
        if kind is not Future:
            for name, value in _attributes(self).items():
                setattr(twin, name, copy.deepcopy(value, memo))
        return twin

    def __dir__(self):
        names = set(dir(type(self)))
        try:
            names.update(dir(self._result))
        except Exception:
            pass
        return sorted(names)

    # An annotation may say Future[int]; Python 3.7 and 3.8, which have no alias to give, get the class.
    __class_getitem__ = classmethod(getattr(types, 'GenericAlias', lambda cls, item: cls))

    @classmethod
    def __get_pydantic_core_schema__(cls, source, handler):
        """Return pydantic's schema of ``Future[int]``: a Future of an int, which is serialized as that.

        The result is validated if it is there; a model may be made before the pipeline executes.
        """
        from pydantic_core import core_schema  # who calls this has it
        arguments = getattr(source, '__args__', ())
        inner = handler.generate_schema(arguments[0]) if arguments else core_schema.any_schema()
        return core_schema.no_info_wrap_validator_function(
            _of_valid, inner,
            serialization=core_schema.plain_serializer_function_ser_schema(plain, return_schema=inner))

    def __call__(self, *args, **kwargs):
        return self._result(*args, **kwargs)

    def __await__(self):
        return _Arrived(self._result)

    def __format__(self, spec):
        return format(self._result, spec)

    def __round__(self, *digits):
        return round(self._result, *[plain(n) for n in digits])

    def __pow__(self, other, *modulo):
        return pow(self._result, plain(other), *[plain(m) for m in modulo])

    def __rpow__(self, other, *modulo):
        return pow(plain(other), self._result, *[plain(m) for m in modulo])

    def __exit__(self, *exc_info):
        return self._result.__exit__(*exc_info)

    __enter__ = _unary(lambda value: value.__enter__())

    __str__ = _unary(str)
    __unicode__ = _unary(six.text_type)
    __bytes__ = _unary(bytes)
    __bool__ = __nonzero__ = _unary(bool)
    __hash__ = _unary(hash)
    __int__ = _unary(int)
    __float__ = _unary(float)
    __complex__ = _unary(complex)
    # A bool is an index, but Python wants a plain int from here.
    __index__ = _unary(lambda value: int(operator.index(value)))
    __trunc__ = _unary(math.trunc)
    __floor__ = _unary(math.floor)
    __ceil__ = _unary(math.ceil)
    if six.PY2:
        __long__ = _unary(long)  # noqa: F821
        __oct__ = _unary(oct)
        __hex__ = _unary(hex)
    else:
        __fspath__ = _unary(os.fspath)

    __neg__ = _unary(operator.neg)
    __pos__ = _unary(operator.pos)
    __abs__ = _unary(abs)
    __invert__ = _unary(operator.invert)

    __len__ = _unary(len)
    __iter__ = _unary(iter)
    __next__ = _unary(next)
    if six.PY2:
        next = __next__
    __reversed__ = _unary(reversed)
    __getitem__ = _binary(operator.getitem)
    __contains__ = _binary(operator.contains)

    __eq__ = _binary(operator.eq)
    __ne__ = _binary(operator.ne)
    __lt__ = _binary(operator.lt)
    __le__ = _binary(operator.le)
    __gt__ = _binary(operator.gt)
    __ge__ = _binary(operator.ge)

    __add__, __radd__ = _binary(operator.add), _reflected(operator.add)
    __sub__, __rsub__ = _binary(operator.sub), _reflected(operator.sub)
    __mul__, __rmul__ = _binary(operator.mul), _reflected(operator.mul)
    __mod__, __rmod__ = _binary(operator.mod), _reflected(operator.mod)
    __divmod__, __rdivmod__ = _binary(divmod), _reflected(divmod)
    __truediv__, __rtruediv__ = _binary(operator.truediv), _reflected(operator.truediv)
    __floordiv__, __rfloordiv__ = _binary(operator.floordiv), _reflected(operator.floordiv)
    __lshift__, __rlshift__ = _binary(operator.lshift), _reflected(operator.lshift)
    __rshift__, __rrshift__ = _binary(operator.rshift), _reflected(operator.rshift)
    __and__, __rand__ = _binary(operator.and_), _reflected(operator.and_)
    __or__, __ror__ = _binary(operator.or_), _reflected(operator.or_)
    __xor__, __rxor__ = _binary(operator.xor), _reflected(operator.xor)
    if six.PY2:
        __div__, __rdiv__ = _binary(operator.div), _reflected(operator.div)
    else:
        __matmul__, __rmatmul__ = _binary(operator.matmul), _reflected(operator.matmul)


class _Arrived(object):
    """The iterator behind ``await`` for a *value* that is there already."""

    def __init__(self, value):
        self._value = value

    def __iter__(self):
        return self

    def __next__(self):
        raise StopIteration(self._value)


class Unreturned(Future):
    """The Future of a command that is queued for somebody who gets no Future, and cannot read an error."""

    __slots__ = ()


# What else may be in the slot decides the class, so that a plain result costs no question.

_slot = Future._result


def _kind(future):
    """Return the class that *future* has while it holds a plain result."""
    return next(kind for kind in type(future).__mro__ if not issubclass(kind, (_Failed, _Following)))


def _settle(future, data):
    future.__class__ = _kind(future)
    future._result = data


def _attributes(future):
    """Return the attributes that a subclass gives *future*, in its dict and in slots, by name."""
    found = {}
    for kind in type(future).__mro__:
        for name, member in vars(kind).items():
            try:
                if name == '__dict__':
                    found.update(member.__get__(future))
                elif isinstance(member, types.MemberDescriptorType) and member is not _slot:
                    found[name] = member.__get__(future)
            except AttributeError:
                pass  # an empty slot
    return found


class _Failed(Future):
    """A Future that raises what is in its slot, until it is set to something else."""

    __slots__ = ()

    def _raise(self):
        error = _slot.__get__(self)
        # The traceback of an earlier reading does not belong to this one.
        six.reraise(type(error), error, None)

    _result = property(_raise, _settle)

    def __getattr__(self, name):
        # Of the result, which is not there; or the error is an AttributeError itself.
        self._raise()


class _Following(Future):
    """A Future whose result is that of the Future in its slot."""

    __slots__ = ()

    _result = property(lambda self: _last(self)._result, _settle)

    def __getattr__(self, name):
        # Of the result; or the error of the last one is an AttributeError.
        return getattr(_last(self)._result, name)


class _Broken(_Failed):
    """A local value of a Struct that raises InvalidValue; its copies and pickles raise it too."""

    __slots__ = ()

    def __reduce__(self):
        return broken, _slot.__get__(self).args

    def __deepcopy__(self, memo):
        return self


def _last(future):
    """Return the Future at the end of the chain that *future* follows."""
    while issubclass(type(future), _Following):
        future = _slot.__get__(future)
    return future


def _follow(future, other):
    other = _last(other)
    if other is future:
        raise InvalidOperation('a Future cannot be its own result; set it to a value, or to another Future')
    kind = _kind(future)
    _settle(future, other)
    # The class for a subclass has that one's methods, and its place for attributes.
    future.__class__ = _Following if kind is Future else type(kind)(
        kind.__name__, (kind, _Following), {'__slots__': (), '__module__': kind.__module__})


def set_error(future, error):
    """Let *future* raise *error* however it is read."""
    future._result = error
    future.__class__ = _Failed


def broken(text, cause=None):
    """Return a Future that raises the InvalidValue of *text*, because of *cause*."""
    future, error = Future(), InvalidValue(text)
    error.__cause__ = cause
    future._result = error
    future.__class__ = _Broken
    return future


def IS(instance, other):
    """Return True if two values are one object, whichever of them is a Future."""
    return plain(instance) is plain(other)


def ISINSTANCE(instance, A_tuple):
    """Return ``isinstance`` of the result of a Future, or of any other object as it is."""
    return isinstance(plain(instance), A_tuple)
