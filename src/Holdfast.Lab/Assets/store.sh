#!/bin/sh
# The store's only service: one unreplicated brick.
cd /
mkdir -p /var/log/glusterfs
while :; do
    glusterfsd --no-daemon --volfile=/holdfast/device/server.vol --log-file=/var/log/glusterfs/brick.log --log-level=WARNING \
        --process-name brick </dev/null >>/var/log/glusterfs/output.log 2>&1
    sleep 0.2
done
