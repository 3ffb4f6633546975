#!/bin/sh
# Keeps the bundle of the apps and what it loads at run time. Run it in a copy of the project's folder, after the build: it also
# deletes sources.
set -eu

rm -rf .nx nx.json .swcrc .npmrc package-lock.json deploy/sample deploy/milvus
rm -rf libs packages/batchmill packages/bundle/build-bundle.ts
rm -rf apps/*/bin apps/*/dist apps/*/node_modules apps/*/src apps/*/test
# The packages that build-bundle.ts leaves outside of the bundle.
find node_modules -mindepth 1 -maxdepth 1 ! -name 'sqlite-vec*' ! -name '@pydantic' ! -name 'gpt-tokenizer' -exec rm -rf {} +
# Types and source maps, which the image does not need. Pipelines are loaded as they are.
find node_modules -type f \( -name '*.map' -o -name '*.ts' -o -name '*.mts' -o -name '*.cts' \) -delete
