"""How much of a processor a process has taken, to the nanosecond."""

import time

WHOLE_PROCESS = 2


def seconds(pid: int) -> float:
    """What the process with this id, with all its threads, has used so far. Raises OSError when there is none."""
    # This is how Linux numbers the clocks of other processes: see clock_getcpuclockid(3).
    return time.clock_gettime((~pid << 3) | WHOLE_PROCESS)
