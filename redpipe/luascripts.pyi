__all__ = ['RESTORENX']

RESTORENX: str
