"""The release, read from the VERSION file that ships in the package."""
import io
import os

__all__ = ['__version__']

with io.open(os.path.join(os.path.dirname(__file__), 'VERSION'), encoding='ascii') as _file:
    __version__ = str(_file.read().strip())
