"""Where things are in the checkout that the tests stand in."""
import os

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))

#: Redis's own facts about its commands.
COMMANDS = os.path.join(HERE, 'commands.tsv')
