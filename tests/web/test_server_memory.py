"""Threads of the server share their memory, so that it does not grow by each of them."""

import subprocess
import sys

_MANY = """
import ctypes, sys, threading
from meris.web.server import share_memory
share_memory()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
gate = threading.Barrier(16)
def need():
    libc.malloc(100_000)
    gate.wait(20)
threads = [threading.Thread(target=need) for _ in range(16)]
[one.start() for one in threads]
[one.join() for one in threads]
libc.fdopen.restype = ctypes.c_void_p
libc.malloc_info(0, ctypes.c_void_p(libc.fdopen(1, b"w")))
libc.fflush(None)
"""


def test_sixteen_threads_share_two_pools():
    told = subprocess.run(
        [sys.executable, "-c", _MANY], stdout=subprocess.PIPE, text=True, check=True
    )
    assert 1 <= told.stdout.count("<heap nr=") <= 2
