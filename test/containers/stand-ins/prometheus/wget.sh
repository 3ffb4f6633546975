#!/bin/sh
# As much of wget as a health check needs: whether the last argument is answered with success.
for url; do :; done
exec curl --fail --silent --output /dev/null "$url"
