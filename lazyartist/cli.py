"""The command line: `lazyartist COMMAND`, see `lazyartist --help`."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import sys

from typing import TYPE_CHECKING

from lazyartist import commands
from lazyartist.arguments import command_line


if TYPE_CHECKING:
    import argparse

    from collections.abc import Sequence


INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    0: done. 1: the gate found that something fell. 2: the command cannot be carried out, or cannot judge. 130:
    interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # arrows and intervals, whatever the pipe was set to; and names of files that are no text
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    logging.basicConfig(level=logging.WARNING, format="lazyartist: %(message)s")
    try:
        options = _parsed(arguments)
    except BrokenPipeError:
        return _reader_has_left()
    try:
        code = int(options.command(options))
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("\nInterrupted. What was measured is kept; the same command goes on from here.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        return _reader_has_left()
    except Exception as error:  # whatever it was, 1 means that the gate found a regression, and this is none
        if options.debug:
            raise
        lines = (str(error) or type(error).__name__).strip().splitlines()
        known = isinstance(error, (ValueError, OSError, KeyError))
        print(
            f"lazyartist: {'' if known else f'{type(error).__name__}: '}{lines[0]}",
            *lines[1:],
            sep="\n",
            file=sys.stderr,
        )
        if not known:
            print("lazyartist: --debug shows where that happened", file=sys.stderr)
        return commands.UNUSABLE
    return code


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    try:
        return command_line().parse_args(arguments)
    finally:  # help ends the process: what is still to be written would break only there
        sys.stdout.flush()


def _reader_has_left() -> int:
    """Whoever read has seen enough, as `head` does: nothing more is written, and that is no error."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return commands.OK
