"""Draw the plots of the figures that ``run.py`` keeps.

    python benchmarks/draw.py FOLDER

FOLDER has results.json, and gets the SVG files. They have no background, and colours that can be read on a light page
and on a dark one.
"""
import json
import os
import sys

import matplotlib

matplotlib.use('svg')

from matplotlib import pyplot  # noqa: E402

INK, THEIRS, OURS, OTHERS = '#7d8590', '#c2762c', '#2f81f7', '#3a9a4a'

STYLE = {
    'axes.edgecolor': INK, 'axes.labelcolor': INK, 'axes.spines.right': False, 'axes.spines.top': False,
    'axes.titlecolor': INK, 'axes.titlesize': 12, 'figure.constrained_layout.use': True, 'font.family': 'sans-serif',
    'grid.alpha': .3, 'grid.color': INK, 'legend.frameon': False, 'legend.labelcolor': INK, 'savefig.transparent': True,
    'svg.fonttype': 'none', 'svg.hashsalt': 'redpipe', 'text.color': INK, 'xtick.color': INK, 'ytick.color': INK,
}


def draw(results, folder):
    """Write the plots of *results* to *folder*."""
    rows = results['rows']
    about = 'Python %(Python)s, redis-py %(redis-py)s, hiredis %(hiredis)s' % results['versions']
    with pyplot.rc_context(STYLE):
        for name, plot in (('benchmark-cpu', cpu), ('benchmark-scale', scale), ('benchmark-servers', servers)):
            figure, axes = pyplot.subplots(figsize=(7.5, 4))
            plot(axes, rows, about)
            figure.savefig(os.path.join(folder, name + '.svg'), metadata={'Date': None})
            pyplot.close(figure)


def ratio(rows, subject, work, contender):
    return next(row['ratio'] for row in rows if (row['subject'], row['work'], row['contender'])
                == (subject, work, contender))


def bars(axes, pairs, colour, form):
    """Draw a bar for each pair of a label and a number, the first one on top."""
    labels, values = zip(*reversed(pairs))
    colours = [THEIRS if 'redis-py' in label else colour for label in labels]
    axes.bar_label(axes.barh(labels, values, color=colours, height=.65), fmt=form, padding=4, color=INK)
    axes.margins(x=.12)
    axes.tick_params(axis='y', length=0)


def cpu(axes, rows, about):
    """The CPU of the client, where redis-py's pipeline takes 1."""
    pairs = [("redis-py's pipeline, by hand", 1.0)]
    pairs += [(label, ratio(rows, *which)) for label, which in (
        ('GETs', ('pipelines', 'gets', 'flat')),
        ('mixed commands', ('pipelines', 'mixed', 'flat')),
        ('mixed, six levels deep', ('pipelines', 'mixed', '6 levels')),
        ('mixed, without hiredis', ('pure Python', 'mixed', 'flat')),
        ('keyspaces', ('keyspaces', 'all', 'keyspace')),
        ('Structs written', ('structs', 'write', 'Struct')),
        ('Structs read', ('structs', 'read', 'Struct')),
    ) if any(row['subject'] == which[0] for row in rows)]
    bars(axes, pairs, OURS, '%.2f')
    axes.set_title('CPU of the client for the same work\n' + about)


def scale(axes, rows, about):
    """CPU per command, over the number of commands in a pipe."""
    for name, colour in (('redis-py', THEIRS), ('redpipe', OURS)):
        points = [(row['commands'], row['value']) for row in rows
                  if (row['subject'], row['work'], row['contender']) == ('scale', 'mixed', name)]
        axes.plot(*zip(*points), color=colour, marker='o', label=name)
    axes.set_xscale('log')
    axes.set_ylim(bottom=0)
    axes.set_xlabel('commands in the pipe')
    axes.set_ylabel('microseconds of CPU per command')
    axes.grid(axis='y')
    axes.legend()
    axes.set_title('CPU per command, mixed commands\n' + about)


def servers(axes, rows, about):
    """Wall time of batches to four servers at once."""
    pairs = [(row['contender'], row['value']) for row in rows if row['subject'] == 'servers']
    bars(axes, pairs, OTHERS, '%.1f ms')
    axes.set_title('Four servers, each 5 ms away, 250 commands for each\n' + about)


if __name__ == '__main__':
    with open(os.path.join(sys.argv[1], 'results.json')) as kept:
        draw(json.load(kept), sys.argv[1])
