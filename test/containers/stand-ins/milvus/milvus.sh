#!/bin/sh
# Only Milvus gets Milvus's libraries: curl, which checks its health, needs Debian's.
LD_LIBRARY_PATH=/milvus/lib exec /milvus/lib/milvus "$@"
