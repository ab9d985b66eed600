"""How replies become Python values, whatever the protocol."""
from ..fields import TextField, from_utf8


def decode_list(field, values):
    """Decode a list of values by *field*."""
    if field is TextField:
        try:
            return list(map(from_utf8, values))
        except Exception:
            pass  # one is missing, or is none that the field reads
    decode = field.decode
    return [decode(value) for value in values]


def as_float(reply):
    """Decode a float; RESP2 sends its text."""
    return None if reply is None else float(reply)


def as_floats(reply):
    """Decode a list of floats."""
    return None if reply is None else [as_float(item) for item in reply]


def as_text(reply):
    """Decode text of the server's, which is no key or value of the user's."""
    return TextField.decode(reply)


def as_texts(reply):
    """Decode a list of text."""
    return [as_text(item) for item in reply]


def as_bools(reply):
    """Decode a list of zeros and ones."""
    return [bool(item) for item in reply]


def reply_pairs(reply):
    """Return the pairs in a reply, which is a flat list in RESP2, and nested or a dict in RESP3."""
    if isinstance(reply, dict):
        return reply.items()
    if reply and isinstance(reply[0], (list, tuple)):
        return reply
    return zip(reply[::2], reply[1::2])


def text_dict(reply):
    """Decode a dict with words of the server's as its keys."""
    return dict((as_text(key), value) for key, value in reply_pairs(reply))
