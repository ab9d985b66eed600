"""Run all benchmarks, print their tables, and keep the figures and the plots of them.

    python benchmarks/run.py [--small] [--to FOLDER]

The figures go to results.json in FOLDER, and the plots to its SVG files if matplotlib is installed; without a FOLDER
nothing is kept. ``--small`` takes sizes that say nothing, to see that everything runs.
"""
from __future__ import print_function

import argparse
import json
import os
import subprocess
import sys

PURE = 'REDPIPE_BENCH_WITHOUT_HIREDIS'
if os.environ.get(PURE):
    sys.modules['hiredis'] = None  # as if it were not installed

import keyspaces  # noqa: E402
import pipelines  # noqa: E402
import scale  # noqa: E402
import servers  # noqa: E402
import structs  # noqa: E402
from measure import Bench, redis, versions  # noqa: E402

SUBJECTS = [pipelines, keyspaces, structs, servers, scale]
if sys.version_info >= (3, 8) and int(redis.__version__.split('.')[0]) >= 5:
    import asyncio_roots
    SUBJECTS.append(asyncio_roots)


def run(subjects, small):
    """Measure *subjects* and return the figures."""
    with Bench(small) as bench:
        for subject in subjects:
            subject.measure(bench)
        return {'versions': versions(bench.server), 'rows': bench.rows}


def without_hiredis(small):
    """Return the rows about pipelines of a Python that has no hiredis."""
    command = [sys.executable, os.path.abspath(__file__), '--json'] + ['--small'] * small
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=dict(os.environ, **{PURE: '1'}))
    said = process.communicate()[0].decode('utf-8')
    if process.returncode:
        raise SystemExit(said)
    lines = said.splitlines()
    print('\n'.join(lines[1:-1]))
    return json.loads(lines[-1])['rows']


def main():
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument('--small', action='store_true', help='sizes that say nothing')
    ask.add_argument('--to', metavar='FOLDER', help='where to keep the figures and plots')
    ask.add_argument('--json', action='store_true', help=argparse.SUPPRESS)
    told = ask.parse_args()
    if told.json:
        print(json.dumps(run([pipelines], told.small)))
        return
    results = run(SUBJECTS, told.small)
    if results['versions']['hiredis'] != 'none':
        print('without hiredis:')
        for row in without_hiredis(told.small):
            results['rows'].append(dict(row, subject='pure Python'))
    if told.to:
        if not os.path.isdir(told.to):
            os.makedirs(told.to)
        with open(os.path.join(told.to, 'results.json'), 'w') as kept:
            json.dump(results, kept, indent=1, sort_keys=True)
            kept.write('\n')
        try:
            import matplotlib  # noqa: F401
        except ImportError:
            print('no plots: matplotlib is not installed')
        else:
            import draw
            draw.draw(results, told.to)


if __name__ == '__main__':
    main()
