# Node and npm from their packages. npm in the image uses the registry and the proxy of this machine's npm.
npm_version=11.13.0

prepare() { # VERSION
  node_into local/bin "$1"
  npm pack --silent "npm@$npm_version"
  mkdir -p local/lib/node_modules/npm
  tar -xzf "npm-$npm_version.tgz" -C local/lib/node_modules/npm --strip-components=1
  chmod +x local/lib/node_modules/npm/bin/*-cli.js
  ln -s ../lib/node_modules/npm/bin/npm-cli.js local/bin/npm
  ln -s ../lib/node_modules/npm/bin/npx-cli.js local/bin/npx
  {
    local key value
    for key in registry replace-registry-host proxy https-proxy; do
      value=$(npm config get "$key")
      # Never an address with a password. A token is not read at all.
      case $value in null | undefined | '' | *@*) ;; *) echo "$key=$value" ;; esac
    done
    echo cafile=/etc/ssl/certs/ca-certificates.crt
  } >npmrc
}
