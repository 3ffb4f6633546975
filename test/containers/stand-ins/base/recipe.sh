# Debian's base system, which the other stand-ins begin from. It is no image of the project, so it has no Dockerfile.
prepare() {
  tar -C "$dir/base" --exclude ./.complete --one-file-system -c . |
    docker import --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
      --change "LABEL $label=$(stamp base)" --change 'CMD ["bash"]' - "$base"
}
