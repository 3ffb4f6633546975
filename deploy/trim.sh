#!/bin/sh
# Deletes what only the build needed. Run it in a copy of the project's folder, after the build: it also deletes sources.
set -eu

rm -rf .nx nx.json .swcrc .npmrc package-lock.json node_modules/.cache deploy/sample deploy/milvus
rm -rf libs/testing node_modules/@batchmill/testing packages node_modules/batchmill
rm -rf apps/*/src apps/*/test libs/*/src apps/*/dist/testing
# Types and source maps, which the image does not need.
find apps libs node_modules -type f \
  \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.tsbuildinfo' \) -delete
