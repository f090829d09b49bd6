#include "common.h"

// Optimizer steps in place; the formulas are in eager/update.ts.
typedef struct {
  f32 *w, *velocity; // velocity: or 0
  const f32 *g;
  f32 rate, momentum, decay;
} SgdArgs;

// Items: floats.
KERNEL(update_sgd)(const SgdArgs *a, int begin, int end, int chunk, f32 *scratch) {
  f32 rate = a->rate, momentum = a->momentum, decay = a->decay;
  for (int i = begin; i < end; i++) {
    f32 g = a->g[i] + decay * a->w[i];
    if (a->velocity) g = a->velocity[i] = momentum * a->velocity[i] + g;
    a->w[i] -= rate * g;
  }
}

typedef struct {
  f32 *w, *m, *v;
  const f32 *g;
  f32 rate, beta1, rest1, beta2, rest2, correction, epsilon, decay, shrink; // rest: 1 − β, rounded once
} AdamArgs;

// Items: floats.
KERNEL(update_adam)(const AdamArgs *a, int begin, int end, int chunk, f32 *scratch) {
  v4 rate = splat(a->rate), b1 = splat(a->beta1), b2 = splat(a->beta2), c1 = splat(a->rest1), c2 = splat(a->rest2);
  v4 correction = splat(a->correction), epsilon = splat(a->epsilon), decay = splat(a->decay), shrink = splat(a->shrink);
  int i = begin;
  for (; i + 4 <= end; i += 4) {
    v4 w = load(a->w + i), g = MADD(decay, w, load(a->g + i));
    v4 m = MADD(b1, load(a->m + i), wasm_f32x4_mul(c1, g));
    v4 v = MADD(b2, load(a->v + i), wasm_f32x4_mul(c2, wasm_f32x4_mul(g, g)));
    v4 step = wasm_f32x4_div(m, MADD(wasm_f32x4_sqrt(v), correction, epsilon));
    store(a->m + i, m);
    store(a->v + i, v);
    store(a->w + i, wasm_f32x4_sub(wasm_f32x4_mul(w, shrink), wasm_f32x4_mul(rate, step)));
  }
  for (; i < end; i++) {
    f32 g = a->g[i] + a->decay * a->w[i];
    f32 m = a->m[i] = a->beta1 * a->m[i] + a->rest1 * g;
    f32 v = a->v[i] = a->beta2 * a->v[i] + a->rest2 * g * g;
    a->w[i] = a->w[i] * a->shrink - a->rate * (m / (__builtin_sqrtf(v) * a->correction + a->epsilon));
  }
}
