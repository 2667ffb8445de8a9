#!/usr/bin/env bash
# Measures the figures of the portal and of sealing, each beside a control of the same minute, and prints them beside the asked ones. Needs 5 GB of disk and
# two minutes after the build; `age` (apt install age) is the control of sealing. On a machine that does other things the controls show it.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo bench -q -p kniha-portal --bench load
cargo bench -q -p kniha-seal --bench sealing
