# The verb install of containers.sh. Nothing is installed outside CONTAINERS_DIR.

# With the libraries of the engine, which the machine may lack.
engine_packages=(docker.io containerd runc tini debootstrap iptables libdevmapper1.02.1 libseccomp2
  libip4tc2 libip6tc2 libxtables12 libnftnl11 libmnl0 libnfnetlink0 libnetfilter-conntrack3)

verb_install() {
  [ "$(dpkg --print-architecture)" = amd64 ] || fail 'needs amd64: some of the stand-ins are made for nothing else'
  need apt-get apt && need go golang && need npm npm && need mvn maven
  mkdir -p "$dir/bin" "$dir/config/cli-plugins"
  if [ "$(cat "$engine/.complete" 2>/dev/null)" != "${engine_packages[*]}" ]; then
    ! alive || fail "another engine is to be installed, and one runs here: $here/containers.sh down"
    step "the engine, from Debian's packages" install_engine
  fi
  [ "$(cat "$dir/bin/.compose" 2>/dev/null)" = "$(compose_stamp)" ] ||
    step 'Compose, built from its Go module (seven minutes where nothing of it is cached)' build_compose
  [ "$(cat "$dir/base/.complete" 2>/dev/null)" = "$(stamp base)" ] || step "Debian $debian's base system" make_base
  say "installed in $dir"
}

install_engine() {
  rm -rf "$engine"
  mkdir "$engine"
  fetch_packages "$dir/packages" "${engine_packages[@]}"
  for package in "$dir"/packages/*.deb; do dpkg -x "$package" "$engine"; done
  # The package links it so when it is installed, through alternatives.
  ln -s xtables-nft-multi "$engine/usr/sbin/iptables"
  ln -sf "$engine/usr/bin/docker" "$dir/bin/docker"
  local program
  for program in dockerd containerd runc iptables docker-init; do with_engine "$program" --version; done
  rm -rf "$dir/packages"
  echo "${engine_packages[*]}" >"$engine/.complete"
}

compose_stamp() { cat "$here"/compose/go.{mod,sum} | cksum; }
build_compose() {
  cd "$here/compose"
  local module=github.com/docker/compose/v2
  CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags \
    "-s -w -X $module/internal.Version=$(go list -m -f '{{.Version}}' $module)" -o "$dir/bin/docker-compose" "$module/cmd"
  ln -sf "$dir/bin/docker-compose" "$dir/config/cli-plugins/docker-compose"
  compose_stamp >"$dir/bin/.compose"
}
