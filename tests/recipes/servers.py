"""The servers of a recipe, each in a process group of its own, which is ended with everything that it started."""

import os
import signal
import socket
import subprocess
import time

# Seconds in which all servers of a recipe have to listen, on a machine that is busy.
START_SECONDS = 60


class Servers:
    """The servers that a recipe's README starts. Use it in a `with`."""

    def __init__(self, folder, environment):
        self.folder, self.environment, self.running = folder, environment, []

    def __enter__(self):
        return self

    def start(self, command):
        # Started by root, nginx runs its workers as another user, who cannot write into the folder.
        own_user = " -g 'user root;'" if command.typed.startswith("nginx ") and os.geteuid() == 0 else ""
        log = self.folder / f"server-{len(self.running)}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command.typed + own_user,
                shell=True,
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.running.append((process, log))

    def wait_for(self, ports):
        end = time.monotonic() + START_SECONDS
        for port in ports:
            while not listens(port):
                if time.monotonic() > end or any(process.poll() is not None for process, _ in self.running):
                    raise AssertionError(f"nothing listens on port {port}\n{self.printed()}")
                time.sleep(0.05)

    def printed(self):
        return "\n".join(log.read_text(errors="replace")[-1500:] for _, log in self.running)

    def __exit__(self, *_):
        for process, _ in reversed(self.running):
            for number, seconds in ((signal.SIGTERM, 3), (signal.SIGKILL, 5)):
                try:
                    os.killpg(process.pid, number)
                    process.wait(timeout=seconds)
                except (ProcessLookupError, subprocess.TimeoutExpired):
                    continue
                break


def listens(port):
    """Whether a server listens. Some listen on `localhost`, which is one of two addresses."""
    for address in ("127.0.0.1", "::1"):
        try:
            socket.create_connection((address, port), timeout=1).close()
        except OSError:
            continue
        return True
    return False
