# Debian's base system in a folder, with the packages that the official images have and our health checks need.

# Where the machine's certificate authorities are: clients in containers trust the same.
authorities=${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}

make_base() {
  local from
  from=$(mirror)
  [ -n "$from" ] || { echo "apt knows no mirror of Debian $debian"; return 1; }
  rm -rf --one-file-system "$dir/base"
  DEBOOTSTRAP_DIR=$engine/usr/share/debootstrap "$engine/usr/sbin/debootstrap" --variant=minbase \
    --include=ca-certificates,curl,libstdc++6 "$debian" "$dir/base" "$from"
  cp "$authorities" "$dir/base/etc/ssl/certs/ca-certificates.crt"
  rm -rf "$dir"/base/var/lib/apt/lists/* "$dir"/base/var/cache/apt/*
  stamp base >"$dir/base/.complete"
}

# The machine's own mirror of Debian, as apt knows it.
mirror() {
  apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' |
    awk -v wanted="$debian" '$2 == wanted && $3 == "main" { print $1; exit }'
}
