"""A process that uses embedded servers until its input is closed.

    embedded_user.py DATA_DIR [--queue] [--durable] [--unprivileged]

It prints where they are as one line of JSON, or what it is refused. With `--unprivileged`, root becomes nobody first.
"""

from __future__ import annotations

import json
import os
import pwd
import sys
from dataclasses import asdict

from domain import embedded
from domain.errors import Refused
from domain.settings import Settings

if "--unprivileged" in sys.argv and os.geteuid() == 0:
    nobody = pwd.getpwnam("nobody")
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)
try:
    settings = Settings.read({"TANDEM_DATA_DIR": sys.argv[1]})
    with embedded.servers(settings, queue="--queue" in sys.argv, durable="--durable" in sys.argv) as servers:
        print(json.dumps(asdict(servers)), flush=True)
        sys.stdin.read()
except Refused as refusal:
    print(json.dumps({"code": refusal.code, "message": refusal.message}))
