"""Serves an application as `tandem api` does: python -m tests.benchmarks.behind_uvicorn --port PORT MODULE:NAME"""

import argparse

import uvicorn

from api.http.server import SERVED

parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, required=True)
parser.add_argument("application")
asked = parser.parse_args()
uvicorn.run(asked.application, port=asked.port, **SERVED)
