"""`python -m api.cli`: the same as `tandem`."""

from api.cli.main import main

main()
