#include "common.h"

typedef struct {
  const f32 *a, *b;
  f32 *y;
} BinaryArgs;

#define ELEMENTWISE(name, vector, scalar)                                       \
  KERNEL(name)(const BinaryArgs *p, int begin, int end, int chunk, f32 *scratch) { \
    const f32 *a = p->a, *b = p->b;                                                \
    f32 *y = p->y;                                                                 \
    int i = begin;                                                                 \
    for (; i + 4 <= end; i += 4) {                                                 \
      v4 u = load(a + i), v = load(b + i);                                         \
      store(y + i, vector);                                                        \
    }                                                                              \
    for (; i < end; i++) {                                                         \
      f32 u = a[i], v = b[i];                                                      \
      y[i] = scalar;                                                               \
    }                                                                              \
  }

// Items: floats.
ELEMENTWISE(add, wasm_f32x4_add(u, v), u + v)
ELEMENTWISE(add_relu, relu4(wasm_f32x4_add(u, v)), relu1(u + v))
// a: output of the ReLU, b: its gradient
ELEMENTWISE(relu_gradient, wasm_v128_and(v, wasm_f32x4_gt(u, zero4())), u > 0.f ? v : 0.f)

typedef struct {
  const f32 *x;
  f32 *y;
} UnaryArgs;

KERNEL(relu)(const UnaryArgs *p, int begin, int end, int chunk, f32 *scratch) {
  int i = begin;
  for (; i + 4 <= end; i += 4) store(p->y + i, relu4(load(p->x + i)));
  for (; i < end; i++) p->y[i] = relu1(p->x[i]);
}

typedef struct {
  const f32 *x, *bias;
  int channels;
  f32 *y;
} BiasArgs;

// Items: rows.
KERNEL(bias_add)(const BiasArgs *a, int begin, int end, int chunk, f32 *scratch) {
  int C = a->channels;
  for (int r = begin; r < end; r++) {
    const f32 *p = a->x + r * C;
    f32 *o = a->y + r * C;
    int c = 0;
    for (; c + 4 <= C; c += 4) store(o + c, wasm_f32x4_add(load(p + c), load(a->bias + c)));
    for (; c < C; c++) o[c] = p[c] + a->bias[c];
  }
}
