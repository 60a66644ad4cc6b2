#!/bin/bash
# SPDX-License-Identifier: MIT
# image.sh FOLDER: carries a Dockerfile's steps out without Docker, in a mount namespace of its own
# (run it with `unshare --mount`, as root), and becomes the program that the image starts.
#
# FOLDER/steps is what the test has made of the Dockerfile: shell functions for the steps of each
# stage; SOURCE, BUILD and APP are mounted as /src, /build and /app. The host's /usr stands for the
# base image's.
set -euo pipefail
folder=$1
. "$folder/steps"

# new_root FOLDER: a root of its own in memory, with the host's programs.
new_root() {
  mkdir -p "$1"
  mount -t tmpfs -o mode=755 root "$1"
  mkdir -p "$1"/{usr,dev,proc,etc,tmp,var,root,srv,opt}
  mount --rbind /usr "$1/usr"
  mount -t tmpfs local "$1/usr/local"
  mkdir "$1/usr/local/bin"
  mount --rbind /dev "$1/dev"
  mount --rbind /proc "$1/proc"
  mount -t tmpfs -o mode=1777 tmp "$1/tmp"
  for link in bin sbin lib lib64; do ln -s "usr/$link" "$1/$link"; done
  cp -r /etc/{passwd,group,shadow,gshadow,login.defs,ld.so.cache,alternatives} "$1/etc/"
}
# within ROOT FOLDER COMMAND: a RUN step.
within() {
  chroot "$1" /usr/bin/env -i PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin HOME=/root \
    /bin/sh -ec "mkdir -p $2 && cd $2 && $3" >&2
}
# at_own_path ROOT FOLDER: what was built there knows its place.
at_own_path() { mkdir -p "$1$2"; mount --bind "$2" "$1$2"; }

mount --make-rprivate /
first=$folder/first final=$folder/final
new_root "$first"
for mounted in src:"$SOURCE" build:"$BUILD" app:"$APP"; do
  mkdir -p "$first/${mounted%%:*}"
  mount --bind "${mounted#*:}" "$first/${mounted%%:*}"
done
at_own_path "$first" "$SOURCE"
at_own_path "$first" "$BUILD"
build_steps "$first"

new_root "$final"
# Packages come from the base image's archive; the test has looked at their names.
printf '#!/bin/sh\n' > "$final/usr/local/bin/apt-get"
chmod +x "$final/usr/local/bin/apt-get"
mkdir -p "$final/var/lib/apt/lists"
final_steps "$first" "$final"
rm "$final/usr/local/bin/apt-get"

mount -o remount,ro "$final"
mount -o remount,ro "$final/usr/local"
exec chroot --userspec="$RUN_AS" "$final" /usr/bin/env -i -C "$RUN_IN" "${RUN_WITH[@]}"
