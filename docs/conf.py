"""How Sphinx builds these pages: make docs."""
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, ROOT)

import redpipe  # noqa: E402

project = 'RedPipe'
copyright = 'the redpipe contributors'
author = 'the redpipe contributors'
release = version = redpipe.__version__
extensions = ['sphinx.ext.autodoc']
autodoc_member_order = 'bysource'
exclude_patterns = ['_build']
html_theme = 'furo'
html_title = 'RedPipe %s' % release
