#!/usr/bin/env bash
# Lets two users talk at a chat, by curl: deploy/talk.sh [http://localhost]. Exits with 1 if nothing is heard.
set -euo pipefail
url=${1:-http://localhost}

# Prints the answer of an operation.
call() { curl --fail --silent --show-error --max-time 30 --json "$2" "$url/api/$1"; }
# Prints a field of an answer: a text without quotation marks in it.
field() { grep -o "\"$1\":\"[^\"]*" | head -1 | cut -d'"' -f4; }

curl --fail --silent --retry 30 --retry-delay 1 --retry-all-errors --output /dev/null "$url/ready"
room="talk-$$"
ann=$(call join "{\"room\":\"$room\",\"name\":\"Ann\"}" | field token)
joined=$(call join "{\"room\":\"$room\",\"name\":\"Bob\"}")
bob=$(field token <<<"$joined")
cursor=$(field cursor <<<"$joined")
text="hello at $(date +%s)"
call send "{\"token\":\"$ann\",\"text\":\"$text\"}" >/dev/null
for _ in 1 2 3 4 5; do
  answer=$(call poll "{\"token\":\"$bob\",\"cursor\":\"$cursor\",\"timeout\":5}")
  if grep -q "\"text\":\"$text\"" <<<"$answer"; then
    echo "Bob has heard Ann: $text"
    exit 0
  fi
  cursor=$(field cursor <<<"$answer")
done
echo "Bob has not heard Ann. The last answer of the poll: $answer" >&2
exit 1
