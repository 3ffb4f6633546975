# The verb images of containers.sh. Each folder of stand-ins/ is a stand-in: its recipe.sh defines `prepare VERSION`, which
# puts into the current folder what its Dockerfile copies.

# The label that tells our stand-ins from other images. Its value changes with the recipe.
label=batchmill-stand-in
base=batchmill-stand-ins/base

verb_images() { # FILE…
  alive && answers || fail "the engine is down: $here/containers.sh up"
  [ $# -gt 0 ] || fail 'found no Compose file, expected one or more'
  need npm npm
  local name names
  names=$(for file in "$@"; do images_in "$file"; done | sort -u)
  for name in "$base" $names; do
    local folder label_found
    folder=$(stand_in_of "$name")
    if [ -z "$folder" ]; then
      say "$name: nothing stands in for it"
      continue
    fi
    if label_found=$(docker image inspect --format "{{index .Config.Labels \"$label\"}}" "$name" 2>/dev/null); then
      [ "$label_found" != "$(stamp "$folder")" ] || continue
      [ -n "$label_found" ] || { say "$name: an image that is no stand-in, left as it is"; continue; }
    fi
    step "$name: a stand-in" make_image "$name" "$folder"
  done
  # Those whose names the new ones have.
  docker image prune --force --filter "label=$label" >/dev/null
}

# Prints the images that a Compose file runs and does not build, and those that its Dockerfiles begin from.
images_in() { # FILE
  [ -e "$1" ] || fail "found no $1"
  local settings
  settings=$(at_engine "$dir/bin/docker-compose" --file "$1" --profile '*' config) || exit 1
  awk '/^  [^ ]/ { builds = 0 } $1 == "build:" { builds = 1 } $1 == "image:" { found[$2]; if (builds) ours[$2] }
    END { for (name in found) if (!(name in ours)) print name }' <<<"$settings"
  awk '$1 == "context:" { context = $2 } $1 == "dockerfile:" { print context "/" $2 }' <<<"$settings" | sort -u |
    xargs -r awk 'toupper($1) == "FROM" && $2 ~ /:/ { print $2 }'
}

# Prints the folder of the stand-in, or nothing.
stand_in_of() { # NAME
  case $1 in
    "$base") echo base ;;
    node:*-"$debian"-slim) echo node ;;
    apache/kafka:*) echo kafka ;;
    mongo:*) echo mongodb ;;
    milvusdb/milvus:*) echo milvus ;;
    jaegertracing/all-in-one:*) echo jaeger ;;
    prom/prometheus:*) echo prometheus ;;
  esac
}

stamp() { # FOLDER
  local files=("$here/stand-ins/parts.sh" "$here/stand-ins/base" "$here/stand-ins/$1")
  [ ! -e "$project/test/servers/$1" ] || files+=("$project/test/servers/$1")
  find "${files[@]}" -type f | sort | xargs cat | cksum | cut -d ' ' -f 1
}

make_image() { # NAME FOLDER
  context=$(mktemp -d "$dir/context.XXXX")
  trap 'rm -rf "$context"' EXIT
  cd "$context"
  local version=${1##*:}
  version=${version#v}
  version=${version%%-*}
  source "$here/stand-ins/parts.sh"
  source "$here/stand-ins/$2/recipe.sh"
  prepare "$version"
  if [ "$2" != base ]; then
    cd "$context"
    find "$here/stand-ins/$2" -maxdepth 1 -type f ! -name recipe.sh -exec cp {} . \;
    docker build --quiet --tag "$1" --label "$label=$(stamp "$2")" --build-arg "VERSION=$version" .
  fi
}
