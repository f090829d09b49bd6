#!/usr/bin/env bash
# Builds the prebuilt pairs: build.sh <folder with TensorFlow's C headers> [<output folder> [<platform> …]]. Needs Debian 12's g++ and
# g++-aarch64-linux-gnu. Nothing is linked to TensorFlow or to Node, so one pair serves every TensorFlow since 2.9 and every Node-API 8.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../../.." && pwd)
headers=${1:?"a folder with tensorflow/c/c_api.h"}
out=${2:-$here/prebuilt}
binding=$root/node_modules/@tensorflow/tfjs-node-gpu/binding
flags=(-O2 -shared -fPIC -DNAPI_VERSION=8 -I"$root/node_modules/node-api-headers/include" -s -Wl,--build-id=none
  -ffile-prefix-map="$root"=. -ffile-prefix-map="$headers"=.)

build() { # <platform> <compiler prefix>
  mkdir -p "$out/$1"
  "$2gcc" "${flags[@]}" "$here/loader.c" -Wl,--no-as-needed -l:libdl.so.2 -o "$out/$1/loader.node"
  "$2g++" -std=c++17 -fno-exceptions "${flags[@]}" -I"$headers" "$binding"/*.cc "$here/compatible.cc" -o "$out/$1/tfjs_binding.node"
}
declare -A compilers=([linux-x64]=x86_64-linux-gnu- [linux-arm64]=aarch64-linux-gnu-)
platforms=("${@:3}")
[ ${#platforms[@]} -gt 0 ] || platforms=("${!compilers[@]}")
for platform in "${platforms[@]}"; do build "$platform" "${compilers[$platform]}"; done
cat "$here/loader.c" "$here/compatible.cc" "$binding"/*.cc "$binding"/*.h | sha256sum | cut -d' ' -f1 >"$out/sources.sha256"
