from .connections import (
    connect,
    connect_redis,
    connect_redis_cluster,
    connect_rediscluster,
    disconnect,
    reset,
)
from .exceptions import (
    AlreadyConnected,
    Error,
    InvalidOperation,
    InvalidPipeline,
    InvalidValue,
    OutcomeUnknown,
    ResultNotReady,
)
from .fields import (
    AsciiField,
    BinaryField,
    BooleanField,
    DictField,
    FloatField,
    IntegerField,
    ListField,
    StringField,
    StringListField,
    TextField,
)
from .futures import IS, ISINSTANCE, Future
from .keyspaces import (
    Geo,
    Hash,
    HyperLogLog,
    List,
    Set,
    ShardedHash,
    SortedSet,
    String,
)
from .pipelines import Pipe, autoexec, pipeline
from .structs import Struct
from .tasks import disable_threads, enable_threads
from .version import __version__

__all__ = [
    # connections
    'connect',
    'connect_redis',
    'connect_rediscluster',
    'connect_redis_cluster',
    'disconnect',
    'reset',
    'pipeline',
    'autoexec',
    'Pipe',
    # futures
    'Future',
    'IS',
    'ISINSTANCE',
    # fields
    'IntegerField',
    'FloatField',
    'TextField',
    'StringField',
    'AsciiField',
    'BinaryField',
    'BooleanField',
    'ListField',
    'DictField',
    'StringListField',
    # keyspaces
    'String',
    'Set',
    'List',
    'SortedSet',
    'Hash',
    'ShardedHash',
    'HyperLogLog',
    'Geo',
    # records
    'Struct',
    # errors
    'Error',
    'ResultNotReady',
    'InvalidOperation',
    'InvalidValue',
    'AlreadyConnected',
    'InvalidPipeline',
    'OutcomeUnknown',
    # several servers at once
    'enable_threads',
    'disable_threads',
    # this release
    '__version__',
]
