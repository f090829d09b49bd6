// Matrix product of packed panels, in the manner of Goto and van de Geijn (2008): B is packed once into panels of NR columns,
// A block by block into panels of MR rows, straight from where it lies (a matrix or the patches of an image).
#pragma once
#include "common.h"

#ifndef MR
#define MR 6
#endif
#define NV 2
#define NR (NV * 4)
#define KC 256
#define MC 96

// acc[MR][NR] = Ap(k × MR)ᵀ · Bp(k × NR)
INLINE void multiply_panels(int k, const f32 *a, const f32 *b, v4 r[MR][NV]) {
  UNROLL for (int i = 0; i < MR; i++) UNROLL for (int j = 0; j < NV; j++) r[i][j] = zero4();
  for (int p = 0; p < k; p++) {
    v4 bv[NV];
    UNROLL for (int j = 0; j < NV; j++) bv[j] = load(b + 4 * j);
    UNROLL for (int i = 0; i < MR; i++) {
      v4 av = wasm_v128_load32_splat(a + i);
      UNROLL for (int j = 0; j < NV; j++) r[i][j] = MADD(av, bv[j], r[i][j]);
    }
    a += MR;
    b += NR;
  }
}

typedef struct {
  int accumulate;
  const f32 *bias; // of the panel's first column, or 0
  int relu;
} Epilogue;

INLINE void tile(int k, const f32 *a, const f32 *b, f32 *c, int ldc, int mr, int nr, Epilogue e) {
  v4 r[MR][NV];
  multiply_panels(k, a, b, r);
  if (mr == MR && nr == NR) {
    if (e.accumulate) {
      UNROLL for (int i = 0; i < MR; i++) UNROLL for (int j = 0; j < NV; j++) r[i][j] =
          wasm_f32x4_add(load(c + i * ldc + 4 * j), r[i][j]);
    }
    if (e.bias) {
      UNROLL for (int i = 0; i < MR; i++) UNROLL for (int j = 0; j < NV; j++) r[i][j] =
          wasm_f32x4_add(r[i][j], load(e.bias + 4 * j));
    }
    if (e.relu) {
      UNROLL for (int i = 0; i < MR; i++) UNROLL for (int j = 0; j < NV; j++) r[i][j] = relu4(r[i][j]);
    }
    UNROLL for (int i = 0; i < MR; i++) UNROLL for (int j = 0; j < NV; j++) store(c + i * ldc + 4 * j, r[i][j]);
    return;
  }
  f32 t[MR * NR];
  UNROLL for (int i = 0; i < MR; i++) UNROLL for (int j = 0; j < NV; j++) store(t + i * NR + 4 * j, r[i][j]);
  for (int i = 0; i < mr; i++)
    for (int j = 0; j < nr; j++) {
      f32 v = t[i * NR + j];
      if (e.accumulate) v += c[i * ldc + j];
      if (e.bias) v += e.bias[j];
      if (e.relu) v = relu1(v);
      c[i * ldc + j] = v;
    }
}

// MR rows of k floats each → k × MR
INLINE void interleave_rows(const f32 *const *row, int k, f32 *o) {
  int q = 0;
  for (; q + 4 <= k; q += 4) {
    v4 a = load(row[0] + q), b = load(row[1] + q), c = load(row[2] + q), d = load(row[3] + q);
    v4 ab0 = wasm_i32x4_shuffle(a, b, 0, 4, 1, 5), ab1 = wasm_i32x4_shuffle(a, b, 2, 6, 3, 7);
    v4 cd0 = wasm_i32x4_shuffle(c, d, 0, 4, 1, 5), cd1 = wasm_i32x4_shuffle(c, d, 2, 6, 3, 7);
    store(o, wasm_i64x2_shuffle(ab0, cd0, 0, 2));
    store(o + MR, wasm_i64x2_shuffle(ab0, cd0, 1, 3));
    store(o + 2 * MR, wasm_i64x2_shuffle(ab1, cd1, 0, 2));
    store(o + 3 * MR, wasm_i64x2_shuffle(ab1, cd1, 1, 3));
#if MR == 6
    v4 e = load(row[4] + q), f = load(row[5] + q);
    v4 ef0 = wasm_i32x4_shuffle(e, f, 0, 4, 1, 5), ef1 = wasm_i32x4_shuffle(e, f, 2, 6, 3, 7);
    wasm_v128_store64_lane(o + 4, ef0, 0);
    wasm_v128_store64_lane(o + MR + 4, ef0, 1);
    wasm_v128_store64_lane(o + 2 * MR + 4, ef1, 0);
    wasm_v128_store64_lane(o + 3 * MR + 4, ef1, 1);
#endif
    o += 4 * MR;
  }
  for (; q < k; q++) {
    UNROLL for (int r = 0; r < MR; r++) o[r] = row[r][q];
    o += MR;
  }
}

INLINE void copy_panel_row(f32 *o, const f32 *s) {
  store(o, load(s));
#if MR == 6
  wasm_v128_store64_lane(o + 4, wasm_v128_load64_zero(s + 4), 0);
#endif
}

// Columns [j, j + NR) of a k × n matrix → k × NR, zero-filled. `ldb` is the distance of rows, or of columns if `transposed`.
INLINE void pack_b_panel(int transposed, int k, int nr, const f32 *b, int ldb, f32 *o) {
  if (nr == NR && !transposed) {
    for (int q = 0; q < k; q++, b += ldb, o += NR) {
      UNROLL for (int v = 0; v < NV; v++) store(o + 4 * v, load(b + 4 * v));
    }
    return;
  }
  for (int q = 0; q < k; q++, o += NR)
    for (int r = 0; r < NR; r++) o[r] = r < nr ? (transposed ? b[r * ldb + q] : b[q * ldb + r]) : 0.f;
}
