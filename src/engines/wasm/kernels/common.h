// Shared by all kernels. Every exported kernel has one shape:
//   void kernel(const Args *a, int begin, int end, int chunk, f32 *scratch)
// It does the items begin … end−1 of the work that `a` describes. `chunk` is the number of this part: a kernel that reduces
// writes its partial result there. `scratch` belongs to the calling thread. Which thread does which part is left to chance,
// so no result may depend on it. No static data: the heap belongs to TensorFlow.js.
#pragma once
#include <wasm_simd128.h>

typedef float f32;
typedef double f64;
typedef v128_t v4;

#define KERNEL(name) __attribute__((export_name(#name))) void name
#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

#ifdef RELAXED
#define MADD(a, b, c) wasm_f32x4_relaxed_madd(a, b, c)
#else
#define MADD(a, b, c) wasm_f32x4_add(c, wasm_f32x4_mul(a, b))
#endif

INLINE int imin(int a, int b) { return a < b ? a : b; }
INLINE int imax(int a, int b) { return a > b ? a : b; }
INLINE v4 load(const f32 *p) { return wasm_v128_load(p); }
INLINE void store(f32 *p, v4 v) { wasm_v128_store(p, v); }
INLINE v4 splat(f32 x) { return wasm_f32x4_splat(x); }
INLINE v4 zero4(void) { return wasm_f32x4_const_splat(0.f); }
// max(0, v) that keeps NaN, so that a network that has diverged is seen to have.
INLINE v4 relu4(v4 v) { return wasm_f32x4_pmax(v, zero4()); }
INLINE f32 relu1(f32 v) { return v < 0.f ? 0.f : v; }

INLINE void copy_floats(f32 *d, const f32 *s, int n) {
  int i = 0;
  for (; i + 4 <= n; i += 4) store(d + i, load(s + i));
  for (; i < n; i++) d[i] = s[i];
}

INLINE void zero_floats(f32 *d, int n) {
  int i = 0;
  for (; i + 4 <= n; i += 4) store(d + i, zero4());
  for (; i < n; i++) d[i] = 0.f;
}

INLINE void add_floats(f32 *d, const f32 *s, int n) {
  int i = 0;
  for (; i + 4 <= n; i += 4) store(d + i, wasm_f32x4_add(load(d + i), load(s + i)));
  for (; i < n; i++) d[i] += s[i];
}

// A convolution or pooling over NHWC images. Rows and columns above and left of the picture are implied by `top` and `left`.
typedef struct {
  int batch, height, width, channels;
  int kernel_height, kernel_width;
  int out_height, out_width, out_channels;
  int stride_y, stride_x;
  int top, left;
} Geometry;
