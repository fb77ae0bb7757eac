#!/bin/sh
# Runs a command as its container would: on a file system that is read-only but for the image's volumes and /tmp.
# Usage, as root in a mount namespace of its own: as_container.sh PROJECT PYTHON USER ENVIRONMENT… COMMAND…
# PYTHON is the folder where Python is installed. Neither may be below /mnt, /opt or /var/lib, which the image has.
set -eu
project=$1 python=$2 user=$3
shift 3

mount -t tmpfs -o mode=0755 none /mnt
mkdir /mnt/project /mnt/python /mnt/keys
mount --bind "$project" /mnt/project
mount --bind "$python" /mnt/python
for folder in /opt /var/lib; do mount -t tmpfs -o mode=0755 none "$folder"; done
mkdir /opt/duologue /var/lib/duologue
mount --bind /mnt/project /opt/duologue
# What is in root's home nobody else can reach, and /tmp is empty; this much of them the image has elsewhere.
mount -t tmpfs -o mode=0755 none /root
mount -t tmpfs -o mode=1777 none /tmp
case $project in /root/* | /tmp/*) mkdir -p "$project" && mount --bind /mnt/project "$project" ;; esac
case $python in /root/* | /tmp/*) mkdir -p "$python" && mount --bind /mnt/python "$python" ;; esac
(umask 027 && od -An -tx1 -N32 /dev/urandom | tr -d ' \n' > /mnt/proxy_secret && chgrp "$user" /mnt/proxy_secret)

awk '{ print $5 }' /proc/self/mountinfo | while read -r place; do
  case $place in /proc* | /sys* | /dev* | /tmp) ;; *) mount -o remount,bind,ro "$place" 2>/dev/null || true ;; esac
done
for place in /var/lib/duologue /mnt/keys; do mount -t tmpfs -o "uid=$user,gid=$user,mode=0700" none "$place"; done

cd /var/lib/duologue
exec env -i SIGN_IN=proxy-header PUBLIC_URL=https://meetings.example.org PROXY_PEERS=127.0.0.1 \
  PROXY_SECRET_FILE=/mnt/proxy_secret KEYRING_FILE=/mnt/keys/keyring "$@"
