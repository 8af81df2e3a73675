# What the scripts that run inside the machine share. MIEN is the program under test.

passed() { echo "ok      $1"; }
failed() {
  echo "FAILED  $1"
  shift
  printf '%s\n' "$@" | sed 's/^/        | /' >&2
}

# check SENTENCE COMMAND...: the sentence holds if the command succeeds; otherwise shows what the program last said.
check() {
  local sentence=$1
  shift
  if "$@"; then passed "$sentence"; else failed "$sentence" "$*" "status $status" "$(cat /run/answer /run/messages 2>/dev/null)"; fi
}

# mien ARGUMENTS...: runs the program; sets $status, $answer (standard output) and $messages (standard error).
mien() {
  status=0
  timeout 60 "$MIEN" "$@" >/run/answer 2>/run/messages </dev/null || status=$?
  answer=$(</run/answer) messages=$(</run/messages)
}

# start ARGUMENTS... / finish: the same in the background.
start() {
  timeout 200 "$MIEN" "$@" >/run/answer 2>/run/messages </dev/null &
  runner=$!
  for ((try = 0; try < 100; try++)); do # the program itself, not `timeout`
    process=$(pgrep -P "$runner" || true)
    [[ $process ]] && break
    sleep 0.05
  done
}
# await N WORDS: until the program started has said so for the Nth time, for a minute at most: machines may be slow.
await() {
  for ((try = 0; try < 600; try++)); do
    [[ $(grep -c -- "$2" /run/messages) -ge $1 ]] && return
    sleep 0.1
  done
}
# stop: ends the program started, in good order.
stop() {
  kill -INT "$process"
  finish
}
finish() {
  status=0
  wait "$runner" || status=$?
  answer=$(</run/answer) messages=$(</run/messages)
}

# value NAME: that member of the JSON object in $answer.
value() { sed -nE "s/.*\"$1\":\"?([^\",}]*).*/\1/p" <<<"$answer"; }
says() { [[ $messages == *"$1"* ]]; }
# said N WORDS: so many lines of messages have these words.
said() { [[ $(grep -c -- "$2" <<<"$messages") == "$1" ]]; }
ended() { [[ $status == "$1" ]]; }
at_least() { [[ $(value "$1") -ge $2 ]]; }
is() { [[ $(value "$1") == "$2" ]]; }
all() { # all COMMAND [and COMMAND]...
  local command=() word
  for word in "$@" and; do
    if [[ $word == and ]]; then
      "${command[@]}" || return
      command=()
    else
      command+=("$word")
    fi
  done
}
# holds FILES MAPPINGS: what the running program has open and mapped of cameras.
holds() {
  local files mappings
  files=$(find "/proc/$process/fd" -lname '/dev/video*' | wc -l)
  mappings=$(grep -c /dev/video "/proc/$process/maps")
  [[ "$files $mappings" == "$1 $2" ]] || { messages="holds $files files, $mappings mappings"; false; }
}
