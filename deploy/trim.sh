#!/bin/sh
# Deletes what only the build needed. Run it in a copy of the project's folder, after the build: it also deletes sources.
set -eu

rm -rf .nx nx.json .swcrc .npmrc package-lock.json node_modules/.cache deploy/sample deploy/milvus
rm -rf libs/testing node_modules/@batchmill/testing packages node_modules/batchmill
rm -rf apps/*/src apps/*/test libs/*/src apps/*/dist/testing
# Sources, types and source maps, which the image does not need. Pipelines are loaded as they are.
find apps libs node_modules -type f ! -path '*/pipelines/*' \
  \( -name '*.map' -o -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.tsbuildinfo' \) -delete
