#!/bin/sh
# Measures everything anew and writes docs/figures and the tables of docs/scale.md, in about 25 minutes on a quiet machine.
# HISTORY_PAIRS=50000 makes the whole past (twenty minutes more on SQLite alone, and 35 GB of disk); SOAK_MINUTES=20 soaks
# for as long.
set -eu
cd "$(dirname "$0")/.."
pairs=${HISTORY_PAIRS:-5000} minutes=${SOAK_MINUTES:-6} browser=--skip-browser
run() {
    name=$1
    shift
    echo "== $name"
    .venv/bin/python -m "$@" --json "docs/figures/$name.json" --svg "docs/figures/$name.svg"
}
if [ -n "${CHROMIUM:-}" ]; then browser=; fi
# One file needs neither PostgreSQL's client nor what tests need; both would be counted as memory.
lean=$(mktemp -d)
trap 'rm -rf "$lean"' EXIT
git clone -q . "$lean/duologue"
"$lean/duologue/bin/install" requirements.lock
MEASURED="$lean/duologue/.venv/bin/duologue" run live-sqlite bench.live $browser
run live-postgresql bench.live --database postgresql --pairs 50,100,200 --processes 1,2,4 --seconds 10 --only-pairs
run profile bench.live --profile
run idle bench.idle
run limits bench.limits
run history-sqlite bench.history --pairs "$pairs" --backup
run history-postgresql bench.history --pairs "$pairs" --backup --database postgresql
run soak bench.soak --minutes "$minutes"
.venv/bin/python -m bench.scale
if [ -n "${CHROMIUM:-}" ]; then bin/lighthouse --json docs/figures/lighthouse.json; fi
