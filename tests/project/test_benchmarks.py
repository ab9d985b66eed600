"""The benchmarks run, on sizes that say nothing; how fast anything is, no test asks."""
import json
import os
import subprocess
import sys

import pytest

from places import ROOT


@pytest.mark.usefixtures('start')
def test_every_subject_compares_with_redis_py_in_the_same_run_and_tells_the_versions(tmpdir):
    process = subprocess.Popen(
        [sys.executable, os.path.join(ROOT, 'benchmarks', 'run.py'), '--small', '--to', str(tmpdir)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = process.communicate()[0].decode('utf-8')
    assert process.returncode == 0, said
    kept = json.loads(tmpdir.join('results.json').read())

    assert set(kept['versions']) == {'Python', 'redis-py', 'hiredis', 'redpipe', 'Redis', 'machine'}
    assert all('%s %s' % pair in said.splitlines()[0] for pair in kept['versions'].items())
    works = {}
    for row in kept['rows']:
        assert row['value'] > 0 and row['ratio'] > 0
        works.setdefault((row['subject'], row['work']), []).append(row)
    assert set(subject for subject, _ in works) >= {'pipelines', 'keyspaces', 'structs', 'servers', 'scale'}
    for rows in works.values():
        assert rows[0]['ratio'] == 1 and len(rows) > 1
