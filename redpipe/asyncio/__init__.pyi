from ._connections import connect_redis, disconnect, reset
from ._pipelines import NestedPipeline, Pipeline, autoexec, call, pipeline

__all__ = ['connect_redis', 'disconnect', 'reset', 'pipeline', 'autoexec', 'call', 'Pipeline', 'NestedPipeline']
