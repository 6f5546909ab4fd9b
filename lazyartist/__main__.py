"""`python -m lazyartist`."""

import sys

from lazyartist.cli import main


if __name__ == "__main__":
    sys.exit(main())
