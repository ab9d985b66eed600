#!/usr/bin/env python3
"""Run the whole suite with the Python that runs this file: ./test.py, python2.7 test.py, python3.13 test.py.

Arguments go to pytest, for example: ./test.py -k callbacks -x
"""
import os
import sys

ROOT = os.path.dirname(os.path.abspath(__file__))

try:
    import hypothesis  # noqa: F401
    import pytest  # noqa: F401
    import redis  # noqa: F401
    import six  # noqa: F401
except ImportError as error:
    sys.exit('%s; install what the tests need: %s -m pip install -r %s'
             % (error, sys.executable, os.path.join(ROOT, 'tests', 'requirements.txt')))

if __name__ == '__main__':
    os.chdir(ROOT)
    # A fresh start, for pytest wants to see plugins, and hypothesis is one, before anyone else imports them.
    os.execv(sys.executable, [sys.executable, '-m', 'pytest'] + sys.argv[1:])
