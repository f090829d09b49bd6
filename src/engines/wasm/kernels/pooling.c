#include "common.h"

typedef struct {
  const f32 *x, *dy;
  f32 *out; // y, or dx
  Geometry g;
} PoolArgs;

typedef struct {
  int y0, y1, x0, x1;
} Window;

// The part of a window that lies inside the picture.
INLINE Window window_of(const Geometry *g, int oy, int ox) {
  int y = oy * g->stride_y - g->top, x = ox * g->stride_x - g->left;
  return (Window){imax(0, y), imin(g->height, y + g->kernel_height), imax(0, x), imin(g->width, x + g->kernel_width)};
}

// Items: images.
KERNEL(max_pool)(const PoolArgs *a, int begin, int end, int chunk, f32 *scratch) {
  const Geometry *g = &a->g;
  int C = g->channels;
  f32 *o = a->out + begin * g->out_height * g->out_width * C;
  for (int n = begin; n < end; n++)
    for (int oy = 0; oy < g->out_height; oy++)
      for (int ox = 0; ox < g->out_width; ox++, o += C) {
        Window w = window_of(g, oy, ox);
        const f32 *image = a->x + n * g->height * g->width * C;
        copy_floats(o, image + (w.y0 * g->width + w.x0) * C, C);
        for (int y = w.y0; y < w.y1; y++)
          for (int x = w.x0; x < w.x1; x++) {
            const f32 *p = image + (y * g->width + x) * C;
            int c = 0;
            for (; c + 4 <= C; c += 4) store(o + c, wasm_f32x4_max(load(o + c), load(p + c)));
            for (; c < C; c++) o[c] = p[c] > o[c] ? p[c] : o[c];
          }
      }
}

// Items: images. The gradient goes to the first largest value of a window, as in PyTorch and TensorFlow. scratch: 2 · channels
KERNEL(max_pool_gradient)(const PoolArgs *a, int begin, int end, int chunk, f32 *scratch) {
  const Geometry *g = &a->g;
  int C = g->channels, size = g->height * g->width * C;
  f32 *best = scratch;
  int *place = (int *)(scratch + C);
  const f32 *dy = a->dy + begin * g->out_height * g->out_width * C;
  for (int n = begin; n < end; n++) {
    const f32 *image = a->x + n * size;
    f32 *dx = a->out + n * size;
    zero_floats(dx, size);
    for (int oy = 0; oy < g->out_height; oy++)
      for (int ox = 0; ox < g->out_width; ox++, dy += C) {
        Window w = window_of(g, oy, ox);
        int start = (w.y0 * g->width + w.x0) * C;
        copy_floats(best, image + start, C);
        for (int c = 0; c < C; c++) place[c] = start + c;
        for (int y = w.y0; y < w.y1; y++)
          for (int x = w.x0; x < w.x1; x++) {
            int at = (y * g->width + x) * C, c = 0;
            for (; c + 4 <= C; c += 4) {
              v4 v = load(image + at + c), b = load(best + c), larger = wasm_f32x4_gt(v, b);
              v4 index = wasm_i32x4_add(wasm_i32x4_splat(at + c), wasm_i32x4_const(0, 1, 2, 3));
              store(best + c, wasm_v128_bitselect(v, b, larger));
              wasm_v128_store(place + c, wasm_v128_bitselect(index, wasm_v128_load(place + c), larger));
            }
            for (; c < C; c++)
              if (image[at + c] > best[c]) best[c] = image[at + c], place[c] = at + c;
          }
        for (int c = 0; c < C; c++) dx[place[c]] += dy[c];
      }
  }
}

// Items: images. The mean of the part of the window inside the picture.
KERNEL(average_pool)(const PoolArgs *a, int begin, int end, int chunk, f32 *scratch) {
  const Geometry *g = &a->g;
  int C = g->channels;
  f32 *o = a->out + begin * g->out_height * g->out_width * C;
  for (int n = begin; n < end; n++)
    for (int oy = 0; oy < g->out_height; oy++)
      for (int ox = 0; ox < g->out_width; ox++, o += C) {
        Window w = window_of(g, oy, ox);
        zero_floats(o, C);
        for (int y = w.y0; y < w.y1; y++)
          for (int x = w.x0; x < w.x1; x++) add_floats(o, a->x + ((n * g->height + y) * g->width + x) * C, C);
        f32 share = 1.f / ((w.y1 - w.y0) * (w.x1 - w.x0));
        for (int c = 0; c < C; c++) o[c] *= share;
      }
}

// Items: images. scratch: channels
KERNEL(average_pool_gradient)(const PoolArgs *a, int begin, int end, int chunk, f32 *scratch) {
  const Geometry *g = &a->g;
  int C = g->channels, size = g->height * g->width * C;
  const f32 *dy = a->dy + begin * g->out_height * g->out_width * C;
  for (int n = begin; n < end; n++) {
    f32 *dx = a->out + n * size;
    zero_floats(dx, size);
    for (int oy = 0; oy < g->out_height; oy++)
      for (int ox = 0; ox < g->out_width; ox++, dy += C) {
        Window w = window_of(g, oy, ox);
        f32 share = 1.f / ((w.y1 - w.y0) * (w.x1 - w.x0));
        for (int c = 0; c < C; c++) scratch[c] = dy[c] * share;
        for (int y = w.y0; y < w.y1; y++)
          for (int x = w.x0; x < w.x1; x++) add_floats(dx + (y * g->width + x) * C, scratch, C);
      }
  }
}
