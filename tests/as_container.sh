#!/bin/sh
# Runs a command as its container would: on a file system that is read-only but for the image's volumes and /tmp.
# Usage, as root in a mount namespace of its own: as_container.sh PROJECT PYTHON USER ENVIRONMENT… COMMAND…
# PYTHON is the folder where Python is installed.
set -eu
project=$1 python=$2 user=$3
shift 3

for folder in /mnt /opt /var/lib /tmp; do mount -t tmpfs -o mode=0755 none "$folder"; done
mkdir /mnt/project /mnt/python /mnt/keys /opt/duologue /var/lib/duologue
mount --bind "$project" /mnt/project
mount --bind "$project" /opt/duologue
mount --bind "$python" /mnt/python
# What is in root's home nobody else can reach; this much of it the image has elsewhere.
mount -t tmpfs -o mode=0755 none /root
case $project in /root/*) mkdir -p "$project" && mount --bind /mnt/project "$project" ;; esac
case $python in /root/*) mkdir -p "$python" && mount --bind /mnt/python "$python" ;; esac
(umask 027 && od -An -tx1 -N32 /dev/urandom | tr -d ' \n' > /mnt/proxy_secret && chgrp "$user" /mnt/proxy_secret)

awk '{ print $5 }' /proc/self/mountinfo | while read -r place; do
  case $place in /proc* | /sys* | /dev*) ;; *) mount -o remount,bind,ro "$place" 2>/dev/null || true ;; esac
done
mount -t tmpfs -o mode=1777 none /tmp
for place in /var/lib/duologue /mnt/keys; do mount -t tmpfs -o "uid=$user,gid=$user,mode=0700" none "$place"; done

cd /var/lib/duologue
exec env -i SIGN_IN=proxy-header PUBLIC_URL=https://meetings.example.org PROXY_PEERS=127.0.0.1 \
  PROXY_SECRET_FILE=/mnt/proxy_secret KEYRING_FILE=/mnt/keys/keyring "$@"
