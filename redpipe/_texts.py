"""Texts of errors: how values, words and other errors are shown in them."""
import six
from six.moves import reprlib

__all__ = ['brief', 'described', 'shown', 'shown_word', 'text_of']


def described(error):
    """Return the class and the text of *error*, as a native string."""
    name, text = type(error).__name__, text_of(error)
    return '%s: %s' % (name, text) if text else name


def text_of(error):
    """Return ``str(error)``, which Python 2 refuses for what is not ascii, and some errors altogether."""
    try:
        try:
            return str(error)
        except UnicodeError:
            return six.text_type(error).encode('utf-8')
    except Exception:
        return 'a %s without text' % type(error).__name__


_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 60


def brief(value):
    """Return as much of the repr of *value*, mostly a name, as a message can take."""
    try:
        return _SHORT.repr(value)
    except Exception:
        return 'that has no repr'


def shown(value):
    """Return the type of *value* and as much of its repr as a message can take."""
    return '%s %s' % (type(value).__name__, brief(value))


def shown_word(word):
    """Return a word of a command as a native string, cut to 100 characters."""
    try:
        if isinstance(word, (bytes, bytearray, memoryview)):
            word = bytes(bytearray(word[:400])).decode('utf-8', 'replace')
        word = six.ensure_str(six.text_type(word)).strip()
    except Exception:
        return 'a %s without text' % type(word).__name__
    return word if len(word) <= 100 else word[:100] + '...'
