"""The Lua that runs inside the server, where one command must do what Redis has none for.

A script is sent whole each time: it is short, the server compiles it once and remembers
it by its digest, and this works on every node of a cluster and after any restart.
"""

__all__ = ['RESTORENX']

#: Restore KEYS[1] from the dump ARGV[2], to live ARGV[1] milliseconds (0: for ever),
#: unless it exists: 1 if it was restored, 0 if it was there.
RESTORENX = """\
if redis.call('EXISTS', KEYS[1]) == 1 then
    return 0
end
redis.call('RESTORE', KEYS[1], ARGV[1], ARGV[2])
return 1
"""
