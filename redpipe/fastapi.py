"""FastAPI's encoder sees through Futures and Structs at any depth: ``import redpipe.fastapi``.

FastAPI leaves a response whose type is annotated to pydantic, which asks Futures and Structs themselves. It encodes
others with ``jsonable_encoder``, which asks no object and guesses: a Future of a number would be an error, a Future of
an empty text ``{}``, and a Struct that has not loaded ``{}`` as well.
"""
from fastapi.encoders import encoders_by_class_tuples, jsonable_encoder

from .futures import Future
from .structs import Struct

__all__ = []


def _encode_future(future):
    return jsonable_encoder(future.result)


def _encode_struct(struct):
    return jsonable_encoder(dict(struct))


# Whom the encoder calls for the objects of which classes.
encoders_by_class_tuples[_encode_future] = (Future,)
encoders_by_class_tuples[_encode_struct] = (Struct,)
