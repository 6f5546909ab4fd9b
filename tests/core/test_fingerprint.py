import pytest

from lazyartist.provenance import code_fingerprint


def fingerprint(folder, text):
    path = folder / f"{abs(hash(text))}.py"
    path.write_text(text)
    return code_fingerprint((path,))


@pytest.mark.parametrize(
    "same", ["def f(x):\n    '''Words.'''\n    return x + 1\n", "# why\ndef f(x):\n    return (x\n            + 1)\n"]
)
def test_comments_docstrings_and_layout_do_not_count(tmp_path, same):
    assert fingerprint(tmp_path, "def f(x):\n    return x + 1\n") == fingerprint(tmp_path, same)


def test_code_counts(tmp_path):
    assert fingerprint(tmp_path, "def f(x):\n    return x + 1\n") != fingerprint(
        tmp_path, "def f(x):\n    return x + 2\n"
    )
