"""The page against its own description: schemathesis finds no request that it is not ready for."""

import shutil
import subprocess
import sys

from pathlib import Path

import pytest


pytestmark = pytest.mark.page
HOW = ("--max-examples", "30", "--seed", "1", "--request-timeout", "300")
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance"


def test_it_answers_what_it_describes_and_never_500(served, missing, tmp_path):
    command = shutil.which("schemathesis", path=str(Path(sys.executable).parent)) or shutil.which("schemathesis")
    if command is None:
        missing("schemathesis is not installed: pip install schemathesis")
    done = subprocess.run(
        [command, "run", f"{served.url}openapi.json", "--checks", CHECKS, *HOW],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout[-4000:]
