"""Texts of errors: how values, words and other errors are shown in them."""
import six

__all__ = ['described', 'shown_word', 'text_of']


def described(error):
    """Return the class and the text of *error*, as a native string."""
    return '%s: %s' % (type(error).__name__, text_of(error))


def text_of(error):
    """Return ``str(error)``, which Python 2 refuses for what is not ascii."""
    try:
        return str(error)
    except UnicodeError:
        return six.text_type(error).encode('utf-8')


def shown_word(word):
    """Return a word of a command as a native string, cut to 100 characters."""
    if isinstance(word, bytes):
        word = word.decode('utf-8', 'replace')
    word = six.ensure_str(six.text_type(word)).strip()
    return word if len(word) <= 100 else word[:100] + '...'
