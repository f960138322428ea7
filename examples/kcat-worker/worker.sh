#!/bin/sh
# A worker in shell: kcat reads the commands of one queue as JSON, jq looks into them, kcat writes the completions.
#   BROKERS=localhost:9092 QUEUE=shell ./worker.sh
set -eu
: "${BROKERS:=localhost:9092}" "${QUEUE:=shell}" "${PREFIX:=millrace.}"
tab=$(printf '\t')

# The handlers. The command is on standard input; what is printed is the output, one JSON value. Whatever else
# than 0 is returned is a failure, and its message what was written to standard error.
handle() {
  case $1 in
    greet) jq -c '"hello " + .input.name' ;;
    words) jq -r '.input.text' | wc -w ;;
    *) echo "no handler for step type '$1'" >&2; return 1 ;;
  esac
}

# What every completion repeats of its command.
repeat='{step, attempt, worker: "shell"} + (if has("branch") then {branch} else {} end)'

complete() {
  errors=$(mktemp)
  type=$(printf '%s' "$1" | jq -r .type)
  if output=$(printf '%s' "$1" | handle "$type" 2>"$errors"); then
    printf '%s' "$1" | jq -c --argjson output "$output" "$repeat + {status: \"SUCCEEDED\", output: \$output}"
  else
    printf '%s' "$1" | jq -c --arg message "$(head -c 8000 "$errors")" \
      "$repeat + {status: \"FAILED\", failure: {type: \"ShellError\", message: \$message}}"
  fi
  rm -f "$errors"
}

# One producer a completion: kcat sends what it reads from a pipe only when the pipe ends.
kcat -b "$BROKERS" -G "${PREFIX}worker.$QUEUE" -q -u -X auto.offset.reset=earliest "${PREFIX}step-commands.$QUEUE.v1" |
  while IFS= read -r command; do
    printf '%s%s%s\n' "$(printf '%s' "$command" | jq -r .workflowId)" "$tab" "$(complete "$command")" |
      kcat -b "$BROKERS" -P -t "${PREFIX}step-completions.v1" -K "$tab" -H content-type=application/json
  done
