#!/usr/bin/env bash
# Runs the chat on seven hosts (network namespaces), with users on an eighth, and disturbs the network. It needs root:
#   deploy/several-hosts/try.sh [--seconds N] [--users N] [--rate N] [--only quiet,app] [--redis cluster|one]
#     [--code FOLDER] [--next FOLDER]
# It needs node, redis-server, haproxy, iproute2, and socat if the kernel has no netem. However it ends, it removes all
# that it has set up.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
[ "$(id -u)" = 0 ] || { echo 'try.sh must run as root, because it makes network namespaces.'; exit 1; }
if [ -e /run/netns/chat-hub ]; then echo "Another run has left its hosts. Remove them: $here/net.sh down"; exit 1; fi
node scripts/build.js
data=$(mktemp -d)
trap '"$here/net.sh" down; rm -rf "$data"' EXIT
trap 'exit 130' INT TERM HUP
"$here/net.sh" up
DATA=$data ip netns exec chat-client node --enable-source-maps --import ./test/chaos/typescript.js "$here/try.ts" "$@"
