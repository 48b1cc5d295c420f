"""Runs a command for exactly as long as this process's standard input stays open.

    ministack_launcher.py FOLDER COMMAND ARGUMENT...

The other end of standard input belongs to the test process, so it closes however that process ends, SIGKILL included.
Then the command's whole process group is killed (the emulator's functions are in it) and FOLDER is removed.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading


def main():
    folder, *command = sys.argv[1:]
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)

    def kill_group():
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    abandoned = threading.Event()

    def watch():
        sys.stdin.buffer.read()
        abandoned.set()
        kill_group()

    threading.Thread(target=watch, daemon=True).start()
    code = child.wait()
    kill_group()
    if abandoned.is_set():
        shutil.rmtree(folder, ignore_errors=True)
    # Not sys.exit: the watching thread may hold standard input's lock, which an orderly end would wait for.
    os._exit(code if code >= 0 else 128 - code)


main()
