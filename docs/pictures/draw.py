"""Draw the pictures of the documentation: python docs/pictures/draw.py

Each is one SVG that suits a light and a dark page: it goes by the reader's colour scheme, and a page that embeds
the markup may set the same variables (docs/_static/site.css does).
"""
from __future__ import unicode_literals

import io
import os

HERE = os.path.dirname(os.path.abspath(__file__))

STYLE = '''
.rp-picture { --ink: #24292f; --soft: #59636e; --line: #8c959f; --box: #f6f8fa;
  --one: #0969da; --two: #1a7f37; --three: #bc4c00;
  font-family: system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif; font-size: 14px; }
@media (prefers-color-scheme: dark) {
  .rp-picture { --ink: #e6edf3; --soft: #9da7b1; --line: #7d8590; --box: #21262d;
    --one: #58a6ff; --two: #3fb950; --three: #f0883e; } }
.rp-picture text { fill: var(--ink); }
.rp-picture .title { font-weight: 600; font-size: 15px; }
.rp-picture .soft { fill: var(--soft); font-size: 13px; }
.rp-picture .code { font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 12.5px; }
.rp-picture .line { stroke: var(--line); stroke-width: 1.5; fill: none; }
.rp-picture .thin { stroke: var(--line); stroke-width: 1; stroke-dasharray: 3 4; fill: none; }
.rp-picture .box { stroke: var(--line); stroke-width: 1.2; fill: var(--box); }
.rp-picture .head { fill: var(--line); }
.rp-picture .one, .rp-picture .two, .rp-picture .three { stroke-width: 2; fill: none; }
.rp-picture .one { stroke: var(--one); } .rp-picture .two { stroke: var(--two); }
.rp-picture .three { stroke: var(--three); }
.rp-picture .fill-one { fill: var(--one); } .rp-picture .fill-two { fill: var(--two); }
.rp-picture .fill-three { fill: var(--three); }
'''
COLOURS = ('one', 'two', 'three')


def picture(width, height, name, about, parts):
    """The whole file; *about* is read to those who do not see it."""
    return '\n'.join([
        '<svg xmlns="http://www.w3.org/2000/svg" class="rp-picture" viewBox="-1 -1 %d %d" role="img" '
        'aria-labelledby="rp-%s">' % (width + 2, height + 2, name),
        '<title id="rp-%s">%s</title>' % (name, about), '<style>%s</style>' % STYLE] + parts + ['</svg>', ''])


def text(x, y, said, kind='', anchor='start'):
    said = said.replace('&', '&amp;').replace('<', '&lt;')
    return '<text x="%g" y="%g" class="%s" text-anchor="%s">%s</text>' % (x, y, kind, anchor, said)


def line(x1, y1, x2, y2, kind='line'):
    return '<path class="%s" d="M%g %g L%g %g"/>' % (kind, x1, y1, x2, y2)


def arrow(x1, y, x2):
    """A line to the right, with a head."""
    return line(x1, y, x2, y) + '<path class="head" d="M%g %g l-8 -4 v8 z"/>' % (x2, y)


def box(x, y, width, height, kind='box'):
    return '<rect class="%s" x="%g" y="%g" width="%g" height="%g" rx="6"/>' % (kind, x, y, width, height)


def round_trips():
    """Six commands of three functions: one by one, pipelined within each function, and composed."""
    parts, y = [], 0
    for title, trips in (
            ('Every command by itself', [['one'], ['one'], ['two'], ['two'], ['three'], ['three']]),
            ('A pipeline inside each function', [['one'] * 2, ['two'] * 2, ['three'] * 2]),
            ('One pipe through all three functions', [['one'] * 2 + ['two'] * 2 + ['three'] * 2])):
        above, below = y + 42, y + 104
        parts += [text(0, y + 18, title, 'title'), text(0, above + 5, 'program', 'soft'),
                  text(0, below + 5, 'Redis', 'soft'), line(60, above, 745, above), line(60, below, 745, below)]
        x = 70
        for colours in trips:
            for colour in colours:
                parts += [line(x, above, x + 36, below, colour), line(x + 42, below, x + 78, above, colour)]
                x += 8
            x += 84
        x -= 8
        count = len(trips)
        parts += [line(x, above - 10, x, below + 10, 'thin'),
                  text(x + 8, (above + below) / 2 + 5, '%d round trip%s' % (count, 's' if count > 1 else ''), 'title')]
        y += 136
    for at, (colour, name) in enumerate(zip(COLOURS, ('greeting()', 'visits()', 'basket()'))):
        parts += [line(70 + 130 * at, y + 8, 94 + 130 * at, y + 8, colour),
                  text(100 + 130 * at, y + 13, name, 'code')]
    parts.append(text(745, y + 13, 'time \u2192', 'soft', 'end'))
    return picture(750, y + 22, 'round-trips', 'Three functions send two commands each. One by one these take six '
                   'round trips, with a pipeline in each function three, and with one pipe through all of them one.',
                   parts)


def records(x, y, shown):
    """Queued commands, one above the other: (number, text, colour)."""
    parts = []
    for at, (number, said, colour) in enumerate(shown):
        row = y + 22 * at
        parts += ['<circle class="fill-%s" cx="%g" cy="%g" r="4.5"/>' % (colour, x + 5, row - 4),
                  text(x + 15, row, '%d %s' % (number, said), 'code')]
    return parts


def nesting():
    """Nested pipes hand their records to their parents; the root sorts them by connection and sends them."""
    own = [(1, 'HGETALL reader', 'one'), (2, 'INCR visits', 'one'), (3, 'EXPIRE visits', 'one'),
           (4, 'LLEN basket', 'two')]
    across = (0, 197, 394, 591)
    parts = [text(x + 78, 20, said, 'title', 'middle')
             for x, said in zip(across, ('nested in nested', 'nested', 'root', 'servers'))]
    for y, name, shown in ((36, 'greeting(pipe)', own[:1]), (104, 'visits(pipe)', own[1:3]),
                           (194, 'basket(pipe)', own[3:])):
        parts += [box(0, y, 157, 36 + 22 * len(shown)), text(10, y + 21, name, 'soft')]
        parts += records(10, y + 45, shown) + [arrow(157, y + 30, 193)]
    for x, name in zip(across[1:3], ('page(pipe)', 'autoexec()')):
        parts += [box(x, 44, 157, 202), text(x + 10, 103, name, 'soft')] + records(x + 10, 129, own)
    for y, name, shown in ((52, "'default'", own[:3]), (178, "'shop'", own[3:])):
        parts += [box(591, y, 157, 36 + 22 * len(shown)), text(601, y + 21, name, 'soft')]
        parts += records(601, y + 45, shown)
    parts += [arrow(354, 141, 390), arrow(551, 110, 587),
              line(551, 186, 578, 201), '<path class="head" d="M587 206 l-9 -1 l4 -7 z"/>']
    for x, top, does in ((175, 232, 'hands up'), (372, 151, 'hands up'), (569, 208, 'sends')):
        parts += [line(x, top, x, 254, 'thin'), text(x, 270, 'execute()', 'code', 'middle'),
                  text(x, 288, does, 'soft', 'middle')]
    parts += [text(0, 318, 'Then the replies come back: each settles its own Future, 1 to 4, and the callbacks run:'),
              text(0, 338, "greeting's, visits', basket's, page's, and last those of the root.")]
    return picture(748, 346, 'nesting', 'Three innermost pipes hand their commands to the pipe of page(), that hands '
                   'all four to the root, and the root sends three to one server and one to another.', parts)


def future():
    """What becomes of a Future."""
    parts = [box(0, 62, 190, 66), text(95, 90, 'queued', 'title', 'middle'),
             text(95, 112, 'reading: ResultNotReady', 'soft', 'middle')]
    for y, title, said, way in ((0, 'settled', 'it behaves as the result', 'execute() succeeded'),
                                (124, 'failed', 'reading: ResultNotReady, and why', 'execute() raised, or never ran')):
        parts += [box(480, y, 265, 66), text(612, y + 28, title, 'title', 'middle'),
                  text(612, y + 50, said, 'soft', 'middle'), text(335, y + 27, way, 'soft', 'middle'),
                  '<path class="line" d="M190 95 H215 V%g H472"/>' % (y + 33),
                  '<path class="head" d="M480 %g l-8 -4 v8 z"/>' % (y + 33)]
    return picture(750, 192, 'future', 'A Future begins as queued. It is settled when execute succeeds, and fails when '
                   'execute raises or is never called.', parts)


PICTURES = {'round-trips.svg': round_trips, 'nesting.svg': nesting, 'future.svg': future}


def main():
    for name, draw in PICTURES.items():
        with io.open(os.path.join(HERE, name), 'w', encoding='utf-8', newline='\n') as file:
            file.write(draw())


if __name__ == '__main__':
    main()
