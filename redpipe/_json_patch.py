"""The one patch: the standard json module sees through Futures and Structs at any depth.

``json`` asks ``default``, a function of the user's or a method of the encoder, about objects that it does not know.
The patch stands between the two when an encoding begins, so that encoders stay what they are: it answers for
Futures, whatever ``default`` is, and for Structs unless a subclass of the encoder has a ``default`` of its own,
which then has its say about them, as ever.

The keys of a dict are asked about nowhere: json refuses a Future among them, as any object that is no text or number.
"""
import json
from json import encoder

import six

from .futures import Future
from .structs import Struct

__all__ = ['patch']

_MARK = '_redpipe'


def _seen_through(default):
    """Return the method *default* for what is not ours; what is becomes something that json knows."""
    @six.wraps(default)
    def method(self, o):
        kind = type(o)
        if issubclass(kind, Future):
            return o.result
        if issubclass(kind, Struct):
            return dict(o)
        return default(self, o)
    return method


def _asking(make):
    """Return *make*, which takes a ``default`` and makes what encodes, to ask about less than all."""
    def make_asking(markers, default, *options):
        def ask(o):
            kind = type(o)
            if issubclass(kind, Future):
                return o.result
            if issubclass(kind, Struct) and not isinstance(getattr(default, '__self__', None), json.JSONEncoder):
                return dict(o)
            return default(o)
        return make(markers, ask, *options)
    return make_asking


def patch():
    """Let json encode Futures as their results and Structs as dicts.

    Doing it again changes nothing.
    """
    if hasattr(json.JSONEncoder, _MARK):
        return
    json.JSONEncoder.default = _seen_through(json.JSONEncoder.default)
    # The two ways to encode, in C and in Python; the first may be missing.
    encoder._make_iterencode = _asking(encoder._make_iterencode)
    if encoder.c_make_encoder is not None:
        encoder.c_make_encoder = _asking(encoder.c_make_encoder)
    setattr(json.JSONEncoder, _MARK, True)
