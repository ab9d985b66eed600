"""How Sphinx builds these pages: make docs."""
import io
import os
import sys

from docutils import nodes
from docutils.parsers.rst import Directive, directives

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

import redpipe  # noqa: E402

project = 'RedPipe'
copyright = 'the redpipe contributors'
author = 'the redpipe contributors'
release = version = redpipe.__version__
extensions = ['sphinx.ext.autodoc', 'sphinx.ext.autosectionlabel']
autosectionlabel_prefix_document = True
# Headings inside a release repeat those of others.
suppress_warnings = ['autosectionlabel.changelog']
nitpicky = True
nitpick_ignore_regex = [('py:.*', r'redis\..*|(redpipe\.)?_.*')]
autodoc_member_order = 'bysource'
default_role = 'any'
exclude_patterns = ['_build']
html_theme = 'furo'
html_title = 'RedPipe %s' % release
html_static_path = ['_static']
html_css_files = ['site.css']


class Picture(Directive):
    """``.. picture:: name``: pictures/name.svg within the page, so that it goes by the page's theme."""

    required_arguments = 1
    option_spec = {'caption': directives.unchanged}

    def run(self):
        path = os.path.join(HERE, 'pictures', self.arguments[0] + '.svg')
        self.state.document.settings.record_dependencies.add(path)
        with io.open(path, encoding='utf-8') as file:
            figure = nodes.figure(classes=['picture'])
            figure += nodes.raw('', file.read(), format='html')
        if 'caption' in self.options:
            said, _ = self.state.inline_text(self.options['caption'], self.lineno)
            figure += nodes.caption('', '', *said)
        return [figure]


def setup(app):
    app.add_directive('picture', Picture)
