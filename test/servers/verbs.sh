# The verbs of every server. Each recipe.sh defines what is specific to its server and ends with `recipe "$@"`:
#   install  download and build it, once            start  install and start it, until it answers
#   stop     SIGTERM, after 30 s SIGKILL            kill   SIGKILL
#   freeze   SIGSTOP                                thaw   SIGCONT, until it answers
#   status   one line: name, state, addresses, pid, since (seconds of the epoch), memory (kB), version, log; by tabs
#   env      shell lines that point the tests at it, needed when its ports are not the defaults
# Every verb may be repeated. A server is identified by its pid and the start time of that process.
#
# Settings: SERVERS_DIR (.servers in the project) and SERVERS_PORT_OFFSET (0), which is added to every port.
# Layout:   SERVERS_DIR/<name>/install is shared, SERVERS_DIR/<name>/<port>/{data,log,pid} is one server.
#
# A recipe sets `name`, `version`, `port`, `ports` (each as VARIABLE=PORT), `addresses` (each as TEST_VARIABLE=ADDRESS),
# `download` (what an install downloads, in words), `made_from` (files that an install depends on), `start_seconds`, and
# defines
#   needs_to_install, needs_to_start   check tools, with `need`
#   install_into DIR                   download and build into that folder
#   prepare                            write configuration into "$instance", before each start
#   launch                             set `command` to the server itself, not to a program that starts it
#   answers                            send a request that only a working server answers
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[1]}")" && pwd)
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# port_from VARIABLE DEFAULT: the value in the environment, else the default and the offset.
port_from() { echo "${!1:-$(($2 + ${SERVERS_PORT_OFFSET:-0}))}"; }

where() { echo "${addresses[*]#*=}"; }
say() { echo "$name: $*"; }
fail() { echo "$name: $*" >&2; exit 1; }

# need COMMAND OLDEST FOUND PACKAGES: FOUND is the installed version, empty when there is none.
need() {
  [ -n "$3" ] || fail "needs $1 $2 or newer, found none. On Debian and Ubuntu: apt-get install $4"
  [ "$(printf '%s\n' "$2" "$3" | sort -V | head -n 1)" = "$2" ] || fail "needs $1 $2 or newer, found $3"
}
need_java() { need java 17 "$(java -version 2>&1 | sed -n 's/.*version "\([0-9.]*\).*/\1/p' || true)" openjdk-17-jre-headless; }
need_maven() { need mvn 3.6 "$(mvn -v 2>/dev/null | sed -n 's/.*Apache Maven \([0-9.]*\).*/\1/p' || true)" maven; }
need_go() { need go 1.24 "$(go env GOVERSION 2>/dev/null | sed 's/^go//' || true)" golang; }
need_python() { # OLDEST
  need python3 "$1" "$("$python" -c 'import platform; print(platform.python_version())' 2>/dev/null || true)" python3
  "$python" -c 'import ensurepip' 2>/dev/null || fail "needs python3's venv. On Debian and Ubuntu: apt-get install python3-venv"
}
python=${PYTHON:-python3}

# The jars that pom.xml names, with their dependencies.
install_jars() {
  mvn -q -B -f "$here/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
    -DoutputDirectory="$1" -DincludeScope=runtime
}
install_wheels() {
  "$python" -m venv "$1" &&
    "$1/bin/pip" install -q --disable-pip-version-check -r "$here/requirements.txt"
}

# query PORT COUNT BYTES: sends BYTES, prints the first COUNT bytes of the answer that come within two seconds.
query() {
  timeout 2 bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$0" && printf "$2" >&3 && head -c "$1" <&3' "$@" 2>/dev/null | tr -d '\0'
}
query_http() { query "$1" 4096 "GET $2 HTTP/1.0\r\n\r\n"; } # PORT PATH
listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# process_field N: the Nth field after the command's name in /proc/PID/stat: 1 is the state, 20 when it began.
process_field() { sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null | cut -d ' ' -f "$1"; }
alive() {
  local began state
  read -r pid began 2>/dev/null <"$instance/pid" || return 1
  [ "$(process_field 20)" = "$began" ] || return 1
  state=$(process_field 1)
  [ -n "$state" ] && [ "$state" != Z ] && [ "$state" != X ]
}
frozen() { [ "$(process_field 1)" = T ]; }

# until_true SECONDS COMMAND…: returns 1 after a timeout.
until_true() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.1
  done
}
gone() { ! alive; }
answers_or_gone() { gone || answers; }
no_answer() { # WHAT: waits for an answer; when there is none, prints WHAT and the end of the log
  until_true "$start_seconds" answers_or_gone && alive && return 1
  log_ends "$instance/log" "$1"
}
log_ends() { # FILE WHAT
  echo "$name: $2; $1 ends with" >&2
  tail -n 25 "$1" | cut -c 1-300 | sed 's/^/  | /' >&2
}

verb_install() {
  local made
  made=$(cat "${made_from[@]/#/$here/}" | cksum)
  [ "$(cat "$home/install/.made-from" 2>/dev/null)" = "$made" ] && return
  needs_to_install
  say "installing $version: $download"
  rm -rf "$home/install"
  mkdir -p "$home/install"
  local began=$SECONDS
  say_every_10_seconds 9>&- &
  local ticker=$!
  if ! install_into "$home/install" >"$home/install.log" 2>&1 9>&-; then
    kill "$ticker"
    log_ends "$home/install.log" 'could not be installed'
    exit 1
  fi
  kill "$ticker"
  echo "$made" >"$home/install/.made-from"
  say "installed, $(du -sh "$home/install" | cut -f 1), after $((SECONDS - began)) s"
}
say_every_10_seconds() {
  local began=$SECONDS
  # The sleep outlives its shell, so it must hold neither the caller's pipe nor the lock.
  while sleep 10 >/dev/null 2>&1 9>&-; do
    say "still installing, $((SECONDS - began)) s: $(tail -n 1 "$home/install.log" | cut -c 1-90)"
  done
}

verb_start() {
  if alive; then
    frozen && kill -CONT "$pid"
    no_answer "runs as $pid and does not answer" && exit 1
    say "already answers at $(where), pid $pid"
    return
  fi
  needs_to_start
  verb_install
  local one
  for one in "${ports[@]}"; do
    listening "${one#*=}" && fail "port ${one#*=} is used by another process; set ${one%=*} or SERVERS_PORT_OFFSET"
  done
  local began=$SECONDS
  prepare
  launch
  [ ! -e "$instance/log" ] || mv "$instance/log" "$instance/log.before"
  # setsid protects it from a Ctrl-C in the caller's terminal. It must not hold the lock (9) either.
  setsid "${command[@]}" >"$instance/log" 2>&1 </dev/null 9>&- &
  pid=$!
  echo "$pid $(process_field 20)" >"$instance/pid"
  if no_answer "did not start"; then
    verb_kill >&2
    exit 1
  fi
  say "answers at $(where), pid $pid, after $((SECONDS - began)) s"
}

verb_stop() {
  if alive; then
    kill -TERM "$pid"
    kill -CONT "$pid" # a frozen process takes no SIGTERM
    until_true 30 gone || kill -KILL "$pid"
  fi
  ended stopped
}
verb_kill() {
  ! alive || kill -KILL "$pid"
  ended killed
}
ended() { # WORD
  if [ -e "$instance/pid" ]; then
    until_true 10 gone || fail "pid $pid does not end"
    rm -f "$instance/pid"
    say "$1"
  fi
}

verb_freeze() {
  alive || fail "is not running, so it cannot be frozen"
  kill -STOP "$pid"
  until_true 5 frozen || fail "pid $pid does not freeze"
  say frozen
}
verb_thaw() {
  alive || fail "is not running, so it cannot be thawed"
  kill -CONT "$pid"
  no_answer "does not answer after its thaw" && exit 1
  say "answers again"
}

verb_status() {
  local state=down since='' memory=''
  if alive; then
    if frozen; then state=frozen; elif answers; then state=answers; else state=silent; fi
    since=$(stat -c %Y "$instance/pid")
    memory=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status")
  else
    pid=''
    listening "$port" && state=taken
  fi
  printf '%s\t' "$name" "$state" "$(where)" "$pid" "$since" "$memory" "$version" && echo "$instance/log"
}

verb_env() { printf 'export %s\n' "${addresses[@]}"; }

recipe() {
  [ -r /proc/self/stat ] || fail 'these recipes read /proc: they run on Linux only'
  home=$(realpath -m "${SERVERS_DIR:-$project/.servers}/$name")
  instance=$home/$port
  pid=''
  case ${1:-} in
    install | start)
      mkdir -p "$instance/data"
      exec 9>"$home/lock"
      flock -w 900 9 || fail "another start or install holds $home/lock"
      "verb_$1"
      ;;
    stop | kill | freeze | thaw | status | env) "verb_$1" ;;
    *) echo "usage: $0 install|start|stop|kill|freeze|thaw|status|env" >&2 && exit 2 ;;
  esac
}
