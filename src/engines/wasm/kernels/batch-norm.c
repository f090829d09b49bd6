#include "common.h"

// Batch norm over the rows of [rows, channels]. Sums are taken over blocks of SUM_ROWS rows in single precision and added up in
// double: plain running sums over many rows drift (3.5e-3 over 32 k rows).
#define SUM_ROWS 64

typedef struct {
  const f32 *x;
  int channels;
  f64 *partial; // [chunk, 2, channels]
} StatsArgs;

// Items: rows. Partial sums of d and d², d = x − the first row (which keeps the variance exact where the mean is large).
KERNEL(bn_stats)(const StatsArgs *a, int begin, int end, int chunk, f32 *scratch) {
  int C = a->channels;
  f64 *sum = a->partial + chunk * 2 * C, *square = sum + C;
  f32 *s = scratch, *q = scratch + C;
  for (int c = 0; c < 2 * C; c++) sum[c] = 0;
  for (int block = begin; block < end; block += SUM_ROWS) {
    int stop = imin(block + SUM_ROWS, end);
    zero_floats(s, 2 * C);
    for (int r = block; r < stop; r++) {
      const f32 *p = a->x + r * C;
      int c = 0;
      for (; c + 4 <= C; c += 4) {
        v4 d = wasm_f32x4_sub(load(p + c), load(a->x + c));
        store(s + c, wasm_f32x4_add(load(s + c), d));
        store(q + c, MADD(d, d, load(q + c)));
      }
      for (; c < C; c++) {
        f32 d = p[c] - a->x[c];
        s[c] += d;
        q[c] += d * d;
      }
    }
    for (int c = 0; c < C; c++) sum[c] += s[c], square[c] += q[c];
  }
}

typedef struct {
  const f32 *x;
  int channels, chunks, rows;
  const f64 *partial;
  const f32 *gamma, *beta; // or 0
  f32 epsilon, momentum;
  f32 *stats; // [5, channels]: mean, 1/√(variance + ε), scale, shift, what rounding took off the mean; y = scale · x + shift
  f32 *moving_mean, *moving_variance; // or 0
} FinishArgs;

// Items: channels.
KERNEL(bn_finish)(const FinishArgs *a, int begin, int end, int chunk, f32 *scratch) {
  int C = a->channels;
  for (int c = begin; c < end; c++) {
    f64 s = 0, q = 0;
    for (int k = 0; k < a->chunks; k++) s += a->partial[k * 2 * C + c], q += a->partial[(k * 2 + 1) * C + c];
    f64 d = s / a->rows, mean = a->x[c] + d, variance = q / a->rows - d * d;
    if (variance < 0) variance = 0;
    f64 inverse = 1 / __builtin_sqrt(variance + a->epsilon);
    f64 scale = (a->gamma ? a->gamma[c] : 1) * inverse;
    a->stats[c] = mean;
    a->stats[C + c] = inverse;
    a->stats[2 * C + c] = scale;
    a->stats[3 * C + c] = (a->beta ? a->beta[c] : 0) - scale * mean;
    a->stats[4 * C + c] = mean - a->stats[c];
    if (a->moving_mean) {
      f64 decay = 1 - (f64)a->momentum;
      a->moving_mean[c] -= (a->moving_mean[c] - mean) * decay;
      a->moving_variance[c] -= (a->moving_variance[c] - variance) * decay;
    }
  }
}

typedef struct {
  const f32 *x, *scale, *shift;
  int channels, relu;
  f32 *y;
} AffineArgs;

// Items: rows. y = scale · x + shift per channel, then an optional ReLU.
KERNEL(affine)(const AffineArgs *a, int begin, int end, int chunk, f32 *scratch) {
  int C = a->channels, relu = a->relu;
  for (int r = begin; r < end; r++) {
    const f32 *p = a->x + r * C;
    f32 *o = a->y + r * C;
    int c = 0;
    for (; c + 4 <= C; c += 4) {
      v4 v = MADD(load(p + c), load(a->scale + c), load(a->shift + c));
      store(o + c, relu ? relu4(v) : v);
    }
    for (; c < C; c++) {
      f32 v = p[c] * a->scale[c] + a->shift[c];
      o[c] = relu ? relu1(v) : v;
    }
  }
}

typedef struct {
  const f32 *x, *dy, *stats;
  int channels, relu;
  f64 *partial; // [chunk, 2, channels]
} GradientSumArgs;

// dy, or 0 where the ReLU that followed was closed: exactly where `affine` gave no positive value.
INLINE v4 open4(const f32 *x, const f32 *dy, const f32 *scale, const f32 *shift, int relu) {
  v4 g = load(dy);
  if (!relu) return g;
  v4 y = MADD(load(x), load(scale), load(shift));
  return wasm_v128_and(g, wasm_f32x4_gt(y, zero4()));
}
INLINE f32 open1(f32 x, f32 dy, f32 scale, f32 shift, int relu) {
  f32 y = x * scale + shift;
  return relu && !(y > 0.f) ? 0.f : dy;
}

// Items: rows. Partial sums of dy and of dy · (x − mean).
KERNEL(bn_gradient_sums)(const GradientSumArgs *a, int begin, int end, int chunk, f32 *scratch) {
  int C = a->channels, relu = a->relu;
  const f32 *mean = a->stats, *scale = a->stats + 2 * C, *shift = a->stats + 3 * C;
  f64 *sum = a->partial + chunk * 2 * C, *product = sum + C;
  f32 *s = scratch, *q = scratch + C;
  for (int c = 0; c < 2 * C; c++) sum[c] = 0;
  for (int block = begin; block < end; block += SUM_ROWS) {
    int stop = imin(block + SUM_ROWS, end);
    zero_floats(s, 2 * C);
    for (int r = block; r < stop; r++) {
      const f32 *p = a->x + r * C, *d = a->dy + r * C;
      int c = 0;
      for (; c + 4 <= C; c += 4) {
        v4 g = open4(p + c, d + c, scale + c, shift + c, relu);
        store(s + c, wasm_f32x4_add(load(s + c), g));
        store(q + c, MADD(g, wasm_f32x4_sub(load(p + c), load(mean + c)), load(q + c)));
      }
      for (; c < C; c++) {
        f32 g = open1(p[c], d[c], scale[c], shift[c], relu);
        s[c] += g;
        q[c] += g * (p[c] - mean[c]);
      }
    }
    for (int c = 0; c < C; c++) sum[c] += s[c], product[c] += q[c];
  }
}

typedef struct {
  int channels, chunks, rows;
  const f64 *partial;
  const f32 *stats;
  f32 *dgamma, *dbeta;
  f32 *factors; // [2, channels]: dx = scale · dy + factor₀ · x + factor₁
} GradientFinishArgs;

// Items: channels. dx = scale · (dy − mean(dy) − (x − mean) · mean(dy · (x − mean)) / variance)
KERNEL(bn_gradient_finish)(const GradientFinishArgs *a, int begin, int end, int chunk, f32 *scratch) {
  int C = a->channels;
  for (int c = begin; c < end; c++) {
    f64 s = 0, q = 0;
    for (int k = 0; k < a->chunks; k++) s += a->partial[k * 2 * C + c], q += a->partial[(k * 2 + 1) * C + c];
    f64 rest = a->stats[4 * C + c], mean = a->stats[c] + rest, inverse = a->stats[C + c], scale = a->stats[2 * C + c];
    q -= s * rest; // the sums were taken with the rounded mean
    f64 slope = -scale * inverse * inverse * q / a->rows;
    a->dbeta[c] = s;
    a->dgamma[c] = q * inverse;
    a->factors[c] = slope;
    a->factors[C + c] = -scale * s / a->rows - slope * mean;
  }
}

typedef struct {
  const f32 *x, *dy, *stats, *factors;
  int channels, relu;
  f32 *dx;
} GradientArgs;

// Items: rows.
KERNEL(bn_gradient)(const GradientArgs *a, int begin, int end, int chunk, f32 *scratch) {
  int C = a->channels, relu = a->relu;
  const f32 *scale = a->stats + 2 * C, *shift = a->stats + 3 * C, *slope = a->factors, *offset = a->factors + C;
  for (int r = begin; r < end; r++) {
    const f32 *p = a->x + r * C, *d = a->dy + r * C;
    f32 *o = a->dx + r * C;
    int c = 0;
    for (; c + 4 <= C; c += 4) {
      v4 g = open4(p + c, d + c, scale + c, shift + c, relu);
      store(o + c, MADD(g, load(scale + c), MADD(load(p + c), load(slope + c), load(offset + c))));
    }
    for (; c < C; c++) {
      f32 g = open1(p[c], d[c], scale[c], shift[c], relu);
      o[c] = g * scale[c] + p[c] * slope[c] + offset[c];
    }
  }
}

typedef struct {
  const f32 *x;
  int channels;
  f64 *partial; // [chunk, channels]
} ColumnSumArgs;

// Items: rows.
KERNEL(column_sums)(const ColumnSumArgs *a, int begin, int end, int chunk, f32 *scratch) {
  int C = a->channels;
  f64 *sum = a->partial + chunk * C;
  for (int c = 0; c < C; c++) sum[c] = 0;
  for (int block = begin; block < end; block += SUM_ROWS) {
    int stop = imin(block + SUM_ROWS, end);
    zero_floats(scratch, C);
    for (int r = block; r < stop; r++) add_floats(scratch, a->x + r * C, C);
    for (int c = 0; c < C; c++) sum[c] += scratch[c];
  }
}

typedef struct {
  int channels, chunks;
  const f64 *partial;
  f32 *sums;
} ColumnFinishArgs;

// Items: channels.
KERNEL(column_finish)(const ColumnFinishArgs *a, int begin, int end, int chunk, f32 *scratch) {
  for (int c = begin; c < end; c++) {
    f64 s = 0;
    for (int k = 0; k < a->chunks; k++) s += a->partial[k * a->channels + c];
    a->sums[c] = s;
  }
}
