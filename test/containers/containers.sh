#!/usr/bin/env bash
# A container engine and images for a machine that has neither: Debian's dockerd on a socket of its own, Compose built from its
# Go module, and stand-ins under the names of the images that our files use. README.md says what each stand-in is.
#
#   containers.sh install            engine, Compose and Debian's base system
#   containers.sh up                 starts the engine
#   containers.sh images FILE…       makes stand-ins for the images that Compose files and their Dockerfiles use
#   containers.sh env                shell lines with which `docker` and `docker compose` use the engine
#   containers.sh status             engine, images and containers; exits with 3 when the engine is down
#   containers.sh down               ends the engine; images, volumes and containers stay on disk
#
# Every verb may be repeated. It needs root, Debian 12 or newer on amd64, and Go, npm, Maven, Java 17, Python 3 with venv.
# Settings: CONTAINERS_DIR (.servers/containers in the project); CONTAINERS_NETWORK (172.31), the first two numbers of the
# addresses of the containers: of these, 240.0 to 247.255 and 250.0 to 250.255 are taken.
# To remove everything: containers.sh down, then delete CONTAINERS_DIR.
set -euo pipefail
shopt -s inherit_errexit

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$here/../.." && pwd)
dir=$(realpath -m "${CONTAINERS_DIR:-$project/.servers/containers}")
network=${CONTAINERS_NETWORK:-172.31}

# Which Debian the stand-ins are made of: that of the Node image in deploy/Dockerfile.
debian=bookworm
# Where the engine's programs are, its socket, and what it writes while it runs.
engine=$dir/engine
running=$dir/run
socket=$running/docker.sock

say() { echo "containers: $*" >&2; }
fail() { say "$*"; exit 1; }
need() { # COMMAND PACKAGE
  command -v "$1" >/dev/null || fail "needs $1. On Debian: apt-get install $2"
}

# step WHAT COMMAND…: prints one line, and the end of its log when it fails.
step() {
  local what=$1 began=$SECONDS code
  shift
  say "$what …"
  set +e # within a condition, a function would continue after a command that fails
  (set -e; "$@") >"$dir/step.log" 2>&1 </dev/null 9>&-
  code=$?
  set -e
  if [ $code != 0 ]; then
    tail -n 25 "$dir/step.log" | cut -c 1-300 | sed 's/^/  | /' >&2
    fail "$what: failed, see $dir/step.log"
  fi
  say "$what: $((SECONDS - began)) s"
}

# Runs a command with the engine's programs and libraries before those of the machine.
with_engine() {
  local lib=$engine/usr/lib/x86_64-linux-gnu
  PATH=$engine/usr/sbin:$engine/usr/bin:$engine/sbin:$PATH XTABLES_LIBDIR=$lib/xtables \
    LD_LIBRARY_PATH=$lib:$engine/lib/x86_64-linux-gnu "$@"
}
# DOCKER_CONFIG holds Compose as the plugin behind `docker compose`. Bake would need another plugin.
at_engine() { DOCKER_HOST=unix://$socket DOCKER_CONFIG=$dir/config COMPOSE_BAKE=false DOCKER_BUILDKIT=1 "$@"; }
docker() { at_engine "$engine/usr/bin/docker" "$@"; }
answers() { docker version >/dev/null 2>&1; }

# fetch_packages FOLDER PACKAGE…: downloads packages of Debian, and changes into the folder.
fetch_packages() {
  rm -rf "$1"
  mkdir -p "$1"
  cd "$1"
  apt-get -o APT::Sandbox::User=root download "${@:2}" || { echo 'does apt-get update help?'; return 1; }
}

source "$here/install.sh"
source "$here/engine.sh"
source "$here/images.sh"
source "$here/stand-ins/base/system.sh"

verb_env() {
  printf 'export %s\n' "PATH=$dir/bin:\$PATH" "DOCKER_HOST=unix://$socket" "DOCKER_CONFIG=$dir/config" \
    COMPOSE_BAKE=false DOCKER_BUILDKIT=1
}

verb_status() {
  alive && answers || { say "down, $(size) in $dir"; return 3; }
  say "up, pid $pid, $(docker images --quiet | sort -u | wc -l) images, $(size) in $dir"
  docker ps --all --format 'table {{.Names}}\t{{.Image}}\t{{.Status}}\t{{.Ports}}'
}
size() { { du -shx "$dir" 2>/dev/null || true; } | cut -f 1; } # files may vanish meanwhile; mounts count once

main() {
  case ${1:-} in
    install | up | images | down)
      [ "$(id -u)" = 0 ] || fail 'needs root'
      mkdir -p "$dir" "$running"
      exec 9>"$dir/lock"
      flock -w 1800 9 || fail "another one holds $dir/lock"
      "verb_$1" "${@:2}"
      ;;
    env | status) "verb_$1" ;;
    *) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$here/containers.sh" >&2 && exit 2 ;;
  esac
}
main "$@"
