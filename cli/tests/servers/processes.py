"""Processes of the tests: started on ports that the kernel gives, and ended with everything that they started."""

import os
import signal
import socket
import subprocess
import time

# How many seconds a server has to start listening.
START_SECONDS = 30


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Process:
    """A server that runs until `stop`. It has a process group of its own, which is ended with it."""

    def __init__(self, command, ports, log, **environment):
        self.command, self.ports, self.log = [str(word) for word in command], ports, log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                self.command,
                env={**os.environ, **{name: str(value) for name, value in environment.items()}},
                cwd=log.parent,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        try:
            for port in ports:
                self.wait_for(port)
        except BaseException:
            self.stop()
            raise

    def wait_for(self, port):
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > end:
                    words = self.log.read_text(errors="replace")[-2000:]
                    raise AssertionError(f"{self.command[0]} does not listen on port {port}:\n{words}") from None
                time.sleep(0.03)

    def stop(self):
        for number, seconds in ((signal.SIGTERM, 5), (signal.SIGKILL, 5)):
            try:
                os.killpg(self.process.pid, number)
                self.process.wait(timeout=seconds)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue
            break
