#include "common.h"

// Depthwise convolution: out channel c · multiplier + m sees input channel c. Filter [ky, kx, channels, multiplier].
typedef struct {
  const f32 *x, *w, *dy;
  f32 *out;
  int multiplier;
  Geometry g;
} DepthwiseArgs;

INLINE void multiply_add(f32 *d, const f32 *a, const f32 *b, int n) {
  int i = 0;
  for (; i + 4 <= n; i += 4) store(d + i, MADD(load(a + i), load(b + i), load(d + i)));
  for (; i < n; i++) d[i] += a[i] * b[i];
}

// Items: images.
KERNEL(depthwise)(const DepthwiseArgs *a, int begin, int end, int chunk, f32 *scratch) {
  const Geometry *g = &a->g;
  int C = g->channels, M = a->multiplier, out = C * M;
  f32 *o = a->out + begin * g->out_height * g->out_width * out;
  for (int n = begin; n < end; n++)
    for (int oy = 0; oy < g->out_height; oy++)
      for (int ox = 0; ox < g->out_width; ox++, o += out) {
        zero_floats(o, out);
        for (int ky = 0; ky < g->kernel_height; ky++) {
          int y = oy * g->stride_y - g->top + ky;
          if (y < 0 || y >= g->height) continue;
          for (int kx = 0; kx < g->kernel_width; kx++) {
            int x = ox * g->stride_x - g->left + kx;
            if (x < 0 || x >= g->width) continue;
            const f32 *p = a->x + ((n * g->height + y) * g->width + x) * C;
            const f32 *w = a->w + (ky * g->kernel_width + kx) * out;
            if (M == 1) multiply_add(o, p, w, C);
            else for (int c = 0; c < out; c++) o[c] += p[c / M] * w[c];
          }
        }
      }
}

// Items: images.
KERNEL(depthwise_input_gradient)(const DepthwiseArgs *a, int begin, int end, int chunk, f32 *scratch) {
  const Geometry *g = &a->g;
  int C = g->channels, M = a->multiplier, out = C * M, size = g->height * g->width * C;
  const f32 *dy = a->dy + begin * g->out_height * g->out_width * out;
  for (int n = begin; n < end; n++) {
    f32 *image = a->out + n * size;
    zero_floats(image, size);
    for (int oy = 0; oy < g->out_height; oy++)
      for (int ox = 0; ox < g->out_width; ox++, dy += out)
        for (int ky = 0; ky < g->kernel_height; ky++) {
          int y = oy * g->stride_y - g->top + ky;
          if (y < 0 || y >= g->height) continue;
          for (int kx = 0; kx < g->kernel_width; kx++) {
            int x = ox * g->stride_x - g->left + kx;
            if (x < 0 || x >= g->width) continue;
            f32 *d = image + (y * g->width + x) * C;
            const f32 *w = a->w + (ky * g->kernel_width + kx) * out;
            if (M == 1) multiply_add(d, dy, w, C);
            else for (int c = 0; c < out; c++) d[c / M] += dy[c] * w[c];
          }
        }
  }
}

// Items: images. out: one partial filter a chunk; an image is summed by itself first.
KERNEL(depthwise_filter_gradient)(const DepthwiseArgs *a, int begin, int end, int chunk, f32 *scratch) {
  const Geometry *g = &a->g;
  int C = g->channels, M = a->multiplier, out = C * M, size = g->kernel_height * g->kernel_width * out;
  f32 *total = a->out + chunk * size, *part = scratch;
  const f32 *dy = a->dy + begin * g->out_height * g->out_width * out;
  zero_floats(total, size);
  for (int n = begin; n < end; n++) {
    zero_floats(part, size);
    for (int oy = 0; oy < g->out_height; oy++)
      for (int ox = 0; ox < g->out_width; ox++, dy += out)
        for (int ky = 0; ky < g->kernel_height; ky++) {
          int y = oy * g->stride_y - g->top + ky;
          if (y < 0 || y >= g->height) continue;
          for (int kx = 0; kx < g->kernel_width; kx++) {
            int x = ox * g->stride_x - g->left + kx;
            if (x < 0 || x >= g->width) continue;
            const f32 *p = a->x + ((n * g->height + y) * g->width + x) * C;
            f32 *w = part + (ky * g->kernel_width + kx) * out;
            if (M == 1) multiply_add(w, p, dy, C);
            else for (int c = 0; c < out; c++) w[c] += p[c / M] * dy[c];
          }
        }
    add_floats(total, part, size);
  }
}
