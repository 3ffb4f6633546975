#!/bin/sh
# Keeps the bundle of the apps and what it loads at run time. Run it in a copy of the project's folder, after the build: it also
# deletes sources.
set -eu

rm -rf .nx nx.json .swcrc .npmrc package-lock.json deploy/sample deploy/milvus
rm -rf libs packages/batchmill packages/bundle/build-bundle.ts
rm -rf apps/*/bin apps/*/dist apps/*/node_modules apps/*/src apps/*/test
# Of the packages that are in the bundle only who wrote them, and their licences. Those that build-bundle.ts leaves outside stay.
find node_modules ! -type d ! -path 'node_modules/sqlite-vec*' ! -path 'node_modules/@pydantic/*' \
  ! -path 'node_modules/gpt-tokenizer/*' ! -name package.json ! -iname 'licen[cs]e*' ! -iname 'notice*' -delete
find node_modules -type d -empty -delete
# Types and source maps, which the image does not need. Pipelines are loaded as they are.
find node_modules -type f \( -name '*.map' -o -name '*.ts' -o -name '*.mts' -o -name '*.cts' \) -delete
