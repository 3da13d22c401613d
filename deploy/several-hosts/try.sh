#!/usr/bin/env bash
# The chat on seven hosts (namespaces), with people from an eighth, and everything that can happen to a network. As root:
#   deploy/several-hosts/try.sh [--seconds N] [--users N] [--rate N] [--only quiet,cut] [--redis cluster|one] [--code FOLDER] [--next FOLDER]
# Needs node, redis-server, haproxy, iproute2, and socat where the kernel has no netem. Takes down all that it has set up, however it ends.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
[ "$(id -u)" = 0 ] || { echo 'Network namespaces need root.'; exit 1; }
if [ -e /run/netns/chat-hub ]; then echo "There are hosts of another run: $here/net.sh down"; exit 1; fi
node scripts/build.js
data=$(mktemp -d)
trap '"$here/net.sh" down; rm -rf "$data"' EXIT
trap 'exit 130' INT TERM HUP
"$here/net.sh" up
DATA=$data ip netns exec chat-client node --enable-source-maps --import ./test/chaos/typescript.js "$here/try.ts" "$@"
