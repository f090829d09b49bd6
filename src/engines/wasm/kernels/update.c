#include "common.h"

// Optimizer steps in place; the formulas are in eager/update.ts. Four floats at a time, the last of them fewer.
#define EACH(i, n) for (int i = begin, n; n = imin(4, end - i), i < end; i += 4)

INLINE v4 load_some(const f32 *p, int n) {
  if (n == 4) return load(p);
  f32 t[4] = {0, 0, 0, 0};
  for (int i = 0; i < n; i++) t[i] = p[i];
  return load(t);
}

INLINE void store_some(f32 *p, v4 v, int n) {
  if (n == 4) {
    store(p, v);
    return;
  }
  f32 t[4];
  store(t, v);
  for (int i = 0; i < n; i++) p[i] = t[i];
}

// clamp(scale · g, ±limit) · factor; a NaN stays one.
typedef struct {
  f32 scale, limit, factor;
} Shaping;

INLINE v4 clamp4(const Shaping *s, v4 g) {
  v4 limit = splat(s->limit);
  return wasm_f32x4_max(wasm_f32x4_min(wasm_f32x4_mul(g, splat(s->scale)), limit), wasm_f32x4_neg(limit));
}
INLINE v4 shape4(const Shaping *s, v4 g) { return wasm_f32x4_mul(clamp4(s, g), splat(s->factor)); }

typedef struct {
  f32 *w;
  const f32 *g;
  Shaping shaping;
  f32 *momentum; // or 0
  f32 rate, mu, decay;
  int nesterov;
} SgdArgs;

// Items: floats.
KERNEL(update_sgd)(const SgdArgs *a, int begin, int end, int chunk, f32 *scratch) {
  v4 rate = splat(a->rate), mu = splat(a->mu), decay = splat(a->decay);
  EACH(i, n) {
    v4 w = load_some(a->w + i, n), g = MADD(decay, w, shape4(&a->shaping, load_some(a->g + i, n)));
    if (a->momentum) {
      v4 m = MADD(mu, load_some(a->momentum + i, n), g);
      store_some(a->momentum + i, m, n);
      g = a->nesterov ? MADD(mu, m, g) : m;
    }
    store_some(a->w + i, wasm_f32x4_sub(w, wasm_f32x4_mul(rate, g)), n);
  }
}

typedef struct {
  f32 *w;
  const f32 *g;
  Shaping shaping;
  f32 *m, *v;
  f32 rate, beta1, rest1, beta2, rest2, correction, epsilon, decay, shrink; // rest: 1 − β, rounded once
} AdamArgs;

// Items: floats.
KERNEL(update_adam)(const AdamArgs *a, int begin, int end, int chunk, f32 *scratch) {
  v4 rate = splat(a->rate), b1 = splat(a->beta1), b2 = splat(a->beta2), c1 = splat(a->rest1), c2 = splat(a->rest2);
  v4 correction = splat(a->correction), epsilon = splat(a->epsilon), decay = splat(a->decay), shrink = splat(a->shrink);
  EACH(i, n) {
    v4 w = load_some(a->w + i, n), g = MADD(decay, w, shape4(&a->shaping, load_some(a->g + i, n)));
    v4 m = MADD(b1, load_some(a->m + i, n), wasm_f32x4_mul(c1, g));
    v4 v = MADD(b2, load_some(a->v + i, n), wasm_f32x4_mul(c2, wasm_f32x4_mul(g, g)));
    v4 step = wasm_f32x4_div(m, MADD(wasm_f32x4_sqrt(v), correction, epsilon));
    store_some(a->m + i, m, n);
    store_some(a->v + i, v, n);
    store_some(a->w + i, wasm_f32x4_sub(wasm_f32x4_mul(w, shrink), wasm_f32x4_mul(rate, step)), n);
  }
}

typedef struct {
  f32 *w;
  const f32 *g;
  Shaping shaping;
  f32 *v, *momentum; // momentum: or 0
  f32 rate, rho, rest, mu, epsilon, decay;
} RmsPropArgs;

// Items: floats.
KERNEL(update_rmsprop)(const RmsPropArgs *a, int begin, int end, int chunk, f32 *scratch) {
  v4 rate = splat(a->rate), rho = splat(a->rho), rest = splat(a->rest), mu = splat(a->mu), decay = splat(a->decay);
  EACH(i, n) {
    v4 w = load_some(a->w + i, n), g = MADD(decay, w, shape4(&a->shaping, load_some(a->g + i, n)));
    v4 v = MADD(rho, load_some(a->v + i, n), wasm_f32x4_mul(rest, wasm_f32x4_mul(g, g)));
    v4 step = wasm_f32x4_div(g, wasm_f32x4_add(wasm_f32x4_sqrt(v), splat(a->epsilon)));
    store_some(a->v + i, v, n);
    if (a->momentum) {
      step = MADD(mu, load_some(a->momentum + i, n), step);
      store_some(a->momentum + i, step, n);
    }
    store_some(a->w + i, wasm_f32x4_sub(w, wasm_f32x4_mul(rate, step)), n);
  }
}

typedef struct {
  f32 *w;
  const f32 *g;
  Shaping shaping;
  f32 *m;
  f32 rate, beta1, rest1, beta2, rest2, shrink;
} LionArgs;

// Items: floats.
KERNEL(update_lion)(const LionArgs *a, int begin, int end, int chunk, f32 *scratch) {
  v4 rate = splat(a->rate), b1 = splat(a->beta1), b2 = splat(a->beta2), c1 = splat(a->rest1), c2 = splat(a->rest2);
  v4 shrink = splat(a->shrink);
  EACH(i, n) {
    v4 w = load_some(a->w + i, n), g = shape4(&a->shaping, load_some(a->g + i, n)), m = load_some(a->m + i, n);
    v4 u = MADD(b1, m, wasm_f32x4_mul(c1, g));
    v4 up = wasm_v128_and(wasm_f32x4_gt(u, zero4()), rate), down = wasm_v128_and(wasm_f32x4_lt(u, zero4()), rate);
    // 0 · u hands a NaN on.
    v4 step = MADD(zero4(), u, wasm_f32x4_sub(up, down));
    store_some(a->m + i, MADD(b2, m, wasm_f32x4_mul(c2, g)), n);
    store_some(a->w + i, wasm_f32x4_sub(wasm_f32x4_mul(w, shrink), step), n);
  }
}

typedef struct {
  f32 *average;
  const f32 *w;
  f32 rest; // 1 − decay
} AverageArgs;

// Items: floats. average += rest · (w − average)
KERNEL(move_average)(const AverageArgs *a, int begin, int end, int chunk, f32 *scratch) {
  v4 rest = splat(a->rest);
  EACH(i, n) {
    v4 old = load_some(a->average + i, n);
    store_some(a->average + i, MADD(rest, wasm_f32x4_sub(load_some(a->w + i, n), old), old), n);
  }
}

typedef struct {
  const f32 *g;
  Shaping shaping; // factor: not read
  f64 *partial;    // [chunk]
} SquareArgs;

#define SQUARE_FLOATS 256

// Items: floats. Sums of 256 squares are added up in double: a running sum over a million drifts.
KERNEL(sum_squares)(const SquareArgs *a, int begin, int end, int chunk, f32 *scratch) {
  f64 total = 0;
  for (int block = begin; block < end; block += SQUARE_FLOATS) {
    v4 s = zero4();
    for (int stop = imin(block + SQUARE_FLOATS, end), i = block; i < stop; i += 4) {
      v4 g = clamp4(&a->shaping, load_some(a->g + i, imin(4, stop - i)));
      s = MADD(g, g, s);
    }
    f32 t[4];
    store(t, s);
    total += (f64)t[0] + t[1] + t[2] + t[3];
  }
  a->partial[chunk] = total;
}
