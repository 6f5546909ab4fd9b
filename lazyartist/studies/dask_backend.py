"""Joblib on Dask, also with a single worker."""

from __future__ import annotations

from joblib._dask import DaskDistributedBackend


class DaskTasks(DaskDistributedBackend):  # type: ignore[misc]
    """Joblib's own backend; but where there is one worker, joblib would do the work here, in the caller's process."""

    def effective_n_jobs(self, n_jobs: int) -> int:
        """Return the number of the workers' threads, and two where there is one."""
        return max(2, int(super().effective_n_jobs(n_jobs)))
