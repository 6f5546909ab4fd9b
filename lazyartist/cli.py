"""The command line: `lazyartist COMMAND`, see `lazyartist --help`."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import signal
import sys

from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from lazyartist import commands
from lazyartist.arguments import command_line
from lazyartist.registry import UnknownNameError


if TYPE_CHECKING:
    import argparse

    from collections.abc import Iterator, Sequence
    from types import FrameType


INTERRUPTED, ENDED = 130, 143


class EndedError(KeyboardInterrupt):
    """Another process, or a terminal that was closed, has told this one to end: what Ctrl-C does is done."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    0: done. 1: the gate found that something fell, or a threshold was missed. 2: the command cannot be carried out, or
    cannot judge. 130: interrupted, 143: ended by a signal; what was measured is kept.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by whoever started this
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            # arrows and intervals, whatever the pipe was set to; and names of files that are no text
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    logging.basicConfig(level=logging.WARNING, format="lazyartist: %(message)s")
    debug = False
    try:
        with _told_to_end():
            options = _parsed(arguments)
            debug = options.debug
            with _where_asked(options):
                code = int(options.command(options))
            sys.stdout.flush()
            return code
    except BrokenPipeError:
        return _reader_has_left()
    except (KeyboardInterrupt, Exception) as error:
        if (stop := _interruption(error)) is not None:
            _say("\nInterrupted. What was trained or measured to its end is kept; the same command goes on from here.")
            return ENDED if isinstance(stop, EndedError) else INTERRUPTED
        # whatever it was, 1 means that the gate found a regression, and this is none
        if debug:
            raise
        lines = (str(error) or type(error).__name__).strip().splitlines()
        known = isinstance(error, (ValueError, OSError, UnknownNameError))
        _say("\n".join([f"lazyartist: {'' if known else f'{type(error).__name__}: '}{lines[0]}", *lines[1:]]))
        if not known:
            _say("lazyartist: --debug shows where that happened")
        return commands.UNUSABLE


def _interruption(error: BaseException | None) -> KeyboardInterrupt | None:
    """Return the interruption that an error came of: what cleans up in the middle of its own start may fail."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error


@contextmanager
def _told_to_end() -> Iterator[None]:
    """End as Ctrl-C does when a signal says so; a second one ends at once. What ignores hanging up (nohup) does so."""

    def end(number: int, frame: FrameType | None) -> None:
        del frame
        signal.signal(number, signal.SIG_DFL)
        raise EndedError

    kinds = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    try:
        ours = [kind for kind in kinds if signal.getsignal(kind) is signal.SIG_DFL]
        for kind in ours:
            signal.signal(kind, end)
    except ValueError:  # signals reach the main thread alone
        ours = []
    try:
        yield
    finally:
        for kind in ours:
            signal.signal(kind, signal.SIG_DFL)


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    try:
        return command_line().parse_args(arguments)
    finally:  # help ends the process: what is still to be written would break only there
        sys.stdout.flush()


def _where_asked(options: argparse.Namespace) -> AbstractContextManager[object]:
    """Return a context on the device of `--device` or LAZYARTIST_DEVICE; torch is imported only if there is one."""
    if not hasattr(options, "device") or not (options.device or os.environ.get("LAZYARTIST_DEVICE")):
        return contextlib.nullcontext()

    from lazyartist.device import on_device

    return on_device(options.device)


def _say(words: str) -> None:
    """Print to the standard errors, if they can be written."""
    try:
        print(words, file=sys.stderr, flush=True)
    except OSError:  # or else Python writes what is left at its end, and fails with a code of its own
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


def _reader_has_left() -> int:
    """Whoever read has seen enough, as `head` does: nothing more is written, and that is no error."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return commands.OK
