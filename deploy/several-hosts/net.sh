#!/usr/bin/env bash
# Hosts as network namespaces on one bridge. Each has a cable that can be cut or made slow. It needs Linux and root.
#   net.sh up | down            set all hosts up, or end everything in them and remove them
#   net.sh cut HOST             lose all frames in both directions, as when a switch fails
#   net.sh mend HOST            end the cut
#   net.sh slow HOST MS LOSS    delay each frame by MS in each direction, and lose LOSS percent of them
#   net.sh fast HOST            end the delay
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
hub=chat-hub
hosts=(proxy:10.77.0.10 app1:10.77.0.21 app2:10.77.0.22 app3:10.77.0.23
  redis1:10.77.0.31 redis2:10.77.0.32 redis3:10.77.0.33 client:10.77.0.40)

up() {
  ip netns add $hub
  ip -n $hub link set lo up
  ip -n $hub link add lan type bridge
  ip -n $hub link set lan up
  local number=0
  for one in "${hosts[@]}"; do add_host "${one%%:*}" "${one##*:}" $((number += 1)); done
}

# A host's address is on a bridge of its own. So its cable can be replaced by a bad one while connections live.
add_host() {
  local ns=chat-$1
  ip netns add "$ns"
  ip -n "$ns" link set lo up
  ip -n "$ns" link add lan0 address "02:00:00:00:77:0$3" type bridge
  ip link add eth0 netns "$ns" type veth peer name "to-$1" netns $hub
  ip -n "$ns" link set eth0 master lan0 up
  ip -n "$ns" addr add "$2/24" dev lan0
  ip -n "$ns" link set lan0 up
  ip -n $hub link set "to-$1" master lan up
}

down() {
  local one ns pids
  for one in "${hosts[@]}" hub; do
    ns=chat-${one%%:*}
    [ -e "/run/netns/$ns" ] || continue
    pids=$(ip netns pids "$ns")
    [ -z "$pids" ] || kill -9 $pids 2> /dev/null || true
    ip netns delete "$ns"
  done
  rm -f /run/chat-bad-cable-*
}

# prints the end of a host's cable that is in the hub
plug() { if has_link "hub-$1"; then echo "hub-$1"; else echo "to-$1"; fi; }
cut_off() { ip -n $hub link set "$(plug "$1")" nomaster; }
mend() { ip -n $hub link set "$(plug "$1")" master lan; }

slow() {
  local ns=chat-$1
  if tc -n $hub qdisc replace dev "to-$1" root netem delay "$2ms" loss "$3%" 2> /dev/null; then
    tc -n "$ns" qdisc replace dev eth0 root netem delay "$2ms" loss "$3%"
  else
    bad_cable "$@"
  fi
}

# For kernels without netem: two taps, and a program between them that carries the frames.
bad_cable() {
  local ns=chat-$1 port
  command -v socat > /dev/null || { echo 'This kernel has no netem. Install socat.' >&2; exit 1; }
  port=$(port_of "$1")
  ip netns exec $hub node "$here/bad-cable.js" $port "$2" "$3" < /dev/null > /dev/null 2>&1 &
  echo $! > "/run/chat-bad-cable-$1"
  until ip netns exec $hub ss -Hlun | grep -q ":$((port + 1)) "; do sleep 0.05; done
  tap "hub-$1" $port < /dev/null > /dev/null 2>&1 &
  tap "end-$1" $((port + 1)) < /dev/null > /dev/null 2>&1 &
  until has_link "hub-$1" && has_link "end-$1"; do sleep 0.05; done
  ip -n $hub link set "end-$1" netns "$ns"
  ip -n $hub link set "to-$1" nomaster
  ip -n "$ns" link set eth0 nomaster
  ip -n $hub link set "hub-$1" master lan up
  ip -n "$ns" link set "end-$1" master lan0 up
}

has_link() { ip -n $hub link show "$1" > /dev/null 2>&1; }

# prints the first of the four ports in the hub that each cable has
port_of() {
  local port=20000 one
  for one in "${hosts[@]}"; do
    [ "${one%%:*}" != "$1" ] || { echo $port; return; }
    port=$((port + 4))
  done
}

# carries the frames of a new tap as datagrams to the program, and back
tap() {
  ip netns exec $hub socat "TUN,tun-type=tap,iff-no-pi,tun-name=$1" "UDP4:127.0.0.1:$2,bind=127.0.0.1:$(($2 + 2))"
}

fast() {
  local ns=chat-$1
  tc -n $hub qdisc del dev "to-$1" root netem 2> /dev/null || true
  tc -n "$ns" qdisc del dev eth0 root netem 2> /dev/null || true
  has_link "hub-$1" || return 0
  ip -n $hub link set "to-$1" master lan
  ip -n "$ns" link set eth0 master lan0
  ip -n $hub link delete "hub-$1"
  ip -n "$ns" link delete "end-$1"
  kill "$(cat "/run/chat-bad-cable-$1")" # the socat of each tap has ended with it
}

case ${1:-} in
  up | down) "$1" ;;
  cut) cut_off "$2" ;;
  mend) mend "$2" ;;
  slow) slow "$2" "$3" "$4" ;;
  fast) fast "$2" ;;
  *) sed -n '2,7s/^# *//p' "$0"; exit 2 ;;
esac
