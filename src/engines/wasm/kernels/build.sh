#!/bin/sh
# Builds the kernels with clang 19 and lld 19 (Debian: clang-19 lld-19). The same sources give the same bytes; a test compares.
# usage: build.sh [output folder]
set -eu
cd "$(dirname "$0")"
out=${1:-.}
sources="gemm.c filter-gradient.c input-gradient.c batch-norm.c elementwise.c pooling.c depthwise.c update.c"
# -ffp-contract=off: a scalar tail must round as plain SIMD does. -fno-builtin: no loop may become a call to memset.
flags="--target=wasm32 -std=c17 -O3 -ffp-contract=off -fno-math-errno -fno-builtin -nostdlib -msimd128 -mbulk-memory -Wall -Werror"
link="-Wl,--no-entry -Wl,--import-memory -Wl,--export=__stack_pointer -Wl,-z,stack-size=65536 -Wl,--strip-all
  -Wl,--initial-memory=131072 -Wl,--max-memory=4294967296"
shared="-matomics -Wl,--shared-memory"
relaxed="-mrelaxed-simd -DRELAXED"
# A multiply-add without FMA needs one register more: 4 × 8 tiles instead of 6 × 8.
plain="-DMR=4"
clang=${CLANG:-clang-19}
linker=${WASM_LD:-$(command -v wasm-ld-19)}
$clang -fuse-ld=$linker $flags $plain $sources $link -o "$out/kernels-simd.wasm"
$clang -fuse-ld=$linker $flags $relaxed $sources $link -o "$out/kernels-relaxed.wasm"
$clang -fuse-ld=$linker $flags $plain $sources $link $shared -o "$out/kernels-simd-shared.wasm"
$clang -fuse-ld=$linker $flags $relaxed $sources $link $shared -o "$out/kernels-relaxed-shared.wasm"
