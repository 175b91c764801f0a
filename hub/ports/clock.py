"""The present time."""

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]
"""Returns the present time with its zone; passed in so that tests can hold it still."""
