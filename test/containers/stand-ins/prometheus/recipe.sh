# Prometheus of Debian, which is older.
prepare() {
  local from=$PWD
  fetch_packages "$from/packages" prometheus
  dpkg -x "$from"/packages/*.deb "$from/package"
  cd "$from"
  mkdir bin
  cp package/usr/bin/{prometheus,promtool} bin
}
