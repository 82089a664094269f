"""Lets ``python -m riskmodel`` do what the ``riskmodel`` command does."""

from riskmodel.cli import main

if __name__ == "__main__":
    main()
