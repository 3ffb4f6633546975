# The verbs up and down of containers.sh: one dockerd, known by its pid and the start time of that process.

process_start() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20; }
alive() {
  local start
  read -r pid start 2>/dev/null <"$running/dockerd" && [ "$(process_start "$pid")" = "$start" ]
}

configuration() {
  cat <<JSON
{
  "hosts": ["unix://$socket"],
  "data-root": "$dir/data",
  "exec-root": "$running/exec",
  "pidfile": "$running/docker.pid",
  "deprecated-key-path": "$running/key.json",
  "init-path": "$engine/usr/bin/docker-init",
  "storage-driver": "overlay2",
  "bip": "$network.250.1/24",
  "default-address-pools": [{ "base": "$network.240.0/21", "size": 24 }],
  "shutdown-timeout": 60,
  "log-opts": { "max-size": "20m", "max-file": "2" }
}
JSON
}

verb_up() {
  [ -e "$engine/.complete" ] && [ -e "$dir/bin/.compose" ] || fail "not installed: $here/containers.sh install"
  if alive; then
    answers || fail "dockerd runs as $pid and does not answer, see $running/dockerd.log"
    say "dockerd already answers, pid $pid"
  else
    start
  fi
}

start() {
  [ ${#socket} -lt 100 ] || fail "$socket is too long for the name of a socket: set a shorter CONTAINERS_DIR"
  tidy # after an engine that was killed
  [ ! -e /sys/class/net/docker0 ] || fail 'docker0 exists: another engine runs here, which this one would disturb'
  printf '%s %s\n' "$(cat /proc/sys/net/ipv4/ip_forward)" "$(with_engine iptables -w -S FORWARD | awk '$1 == "-P" { print $3 }')" >"$running/before"
  mkdir -p "$dir/data"
  configuration >"$running/daemon.json"
  rm -f "$running/docker.pid"
  with_engine exec setsid dockerd --config-file "$running/daemon.json" >"$running/dockerd.log" 2>&1 </dev/null 9>&- &
  pid=$!
  echo "$pid $(process_start "$pid")" >"$running/dockerd"
  local end=$((SECONDS + 60))
  until answers; do
    if ! alive || [ $SECONDS -ge $end ]; then
      grep -E 'level=(error|fatal)|^failed' "$running/dockerd.log" | tail -n 5 | cut -c 1-300 | sed 's/^/  | /' >&2
      verb_down
      fail "dockerd did not start, see $running/dockerd.log"
    fi
    sleep 0.2
  done
  say "dockerd $(docker version --format '{{.Server.Version}}') answers, pid $pid"
}

verb_down() {
  if alive; then
    kill -TERM "$pid"
    local end=$((SECONDS + 90))
    while alive && [ $SECONDS -lt $end ]; do sleep 0.2; done
    ! alive || kill -KILL "$pid"
    say "ended, pid $pid"
  fi
  rm -f "$running/dockerd"
  tidy
}

# Removes what dockerd leaves behind: bridges and rules always, processes and mounts after a kill.
tidy() {
  local one table pids bridges pattern
  [ -e "$running/before" ] || return 0 # nothing of ours is left, and another engine's rules are not touched
  pids=$(left_processes)
  for one in $pids; do kill -KILL "$one" 2>/dev/null || true; done
  for one in $pids; do timeout 10 tail --pid "$one" -f /dev/null || true; done
  awk -v ours="$dir/" 'index($2, ours) == 1 { print $2 }' /proc/mounts | tac | xargs -r -n 1 umount || true
  bridges=$(our_bridges)
  pattern="DOCKER|${network//./\\.}\\.(24[0-7]|250)\\."
  for one in $bridges; do
    pattern+="|$one"
    ip link delete "$one"
  done
  for table in nat filter; do
    with_engine iptables -w -t "$table" -S | grep -E "^-A .*($pattern)" | sed 's/^-A/-D/' |
      with_engine xargs -r -L 1 iptables -w -t "$table" || true
    for one in $(with_engine iptables -w -t "$table" -S | sed -n 's/^-N \(DOCKER.*\)/\1/p'); do
      with_engine iptables -w -t "$table" -X "$one" || true
    done
  done
  local forward policy
  read -r forward policy <"$running/before"
  echo "$forward" >/proc/sys/net/ipv4/ip_forward
  with_engine iptables -w -P FORWARD "$policy"
  rm -f "$running/before"
}

our_bridges() {
  ip -4 -oneline address show | awk -v ours="^${network//./[.]}[.](24[0-7]|250)[.]" '$4 ~ ours { print $2 }'
}

# Prints pids: containers first, then containerd and its shims, which have our folder on their command lines.
left_processes() {
  local file command folder
  for folder in "$running"/exec/containerd/daemon/io.containerd.runtime.v2.task/moby/*; do
    command=$(cat "$folder/init.pid" 2>/dev/null) || continue
    if grep -qs "$(basename "$folder")" "/proc/$command/cgroup"; then echo "$command"; fi
  done
  for file in /proc/[0-9]*/cmdline; do
    command=$({ tr '\0' ' ' <"$file"; } 2>/dev/null) || continue
    case $command in
      containerd*" $running/exec/"* | "$engine"/*" $running/exec/"*) basename "$(dirname "$file")" ;;
    esac
  done
}
