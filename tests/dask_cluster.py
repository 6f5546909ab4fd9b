"""A cluster of Dask on this machine, whose workers share neither address nor disk."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys

from pathlib import Path


class DaskCluster:
    """A scheduler and workers, as `dask scheduler` and `dask worker` start them on so many machines.

    Args:
        folder: of the disks of all.
        workers: how many; each listens at an address of its own.
        data: the cache of datasets that they share; by default each has its own.
    """

    def __init__(self, folder: Path, workers: int = 2, data: str = "") -> None:
        self.data = data
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.folders = [folder / f"machine{number}" for number in range(1, workers + 1)]
        self.scheduler = self._start(folder / "scheduler", "scheduler", "--host", "127.0.0.1", "--port", self.port)
        self.workers = [
            self._start(
                *(own, "worker", self.address, "--host", f"127.0.0.{number}"),
                *("--nthreads", 1, "--no-nanny", "--local-directory", own / "scratch"),
            )
            for number, own in enumerate(self.folders, 1)
        ]

    def _start(self, own: Path, *words: object) -> subprocess.Popen[bytes]:
        own.mkdir()
        environment = {
            **os.environ,
            "LAZYARTIST_STORE": str(own / "store"),
            "LAZYARTIST_DATA": self.data or str(own / "data"),
        }
        command = [sys.executable, "-m", "dask", *map(str, words), "--no-dashboard"]
        with (own / "log").open("wb") as log:
            return subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def stop(self) -> None:
        """End them all."""
        for process in (*self.workers, self.scheduler):
            process.send_signal(signal.SIGKILL)
            process.wait(timeout=60)
