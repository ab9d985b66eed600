"""The wing of batches: what is decided about the commands that travel to one connection together.

A batch is made of :class:`~redpipe._batches.queued.QueuedCommands` and knows no Future: it may be sent on any thread,
and by any driver. Its methods that do I/O are generators of steps, see ``_steps``, called in this order:

``borrowing()``
    Borrow a connection and make it ready. An error here means that the server has seen no command.
``sending()``
    Write all commands.
``receiving()``
    Read all replies, send again what may run again, and judge: afterwards ``replies`` is the list of replies, one for
    each command, error replies in place; or it raises what is wrong with the whole batch.
``closing()``
    Give the connection back, fully read or closed. It comes last, whatever happened, and does nothing where that was
    done already.

Further:

``abandon()``
    End, from another thread, what it waits for. (No generator.)

``pool``
    The pool that it borrows from, None where that is not known. Batches of one pool follow one another.
``borrows_inside``
    Whether it borrows while it executes, as pipeline objects do, and not in ``borrowing``.
``connection``
    What it holds until it is closed; None where it has none, or has given it back.
``trusted``
    Objects whose classes may raise errors of a connection, as the client library does: see ``comes_from_outside``.
``replies``
    The replies, once all have arrived.
``has_error_replies``
    Whether there may be error replies, instances of ``error_reply``, among them.
``arrived``
    Where it failed: the replies to the first commands, as far as they are known.
``annotate(error, position)``
    Let the text of an error reply tell which command it is about.
``rows``
    None, or, while somebody watches, the list to which the batch appends a ``Row`` for each round trip.

Two kinds are written: ``direct``, on redis-py's connections, and ``client_pipelines``, on a client's own pipeline
objects, which ``guard`` keeps from sending twice and ``routing`` leads through a cluster. ``at_most_once`` has the
rule that both ask. Nothing here imports pipelines, Futures, keyspaces or the registry of connections.
"""
