#include "gemm.h"

// dX of a strided convolution: patches = dY · Wᵀ, added to where they came from. Without stride it is a convolution itself.
typedef struct {
  const f32 *dy, *packed; // packed: Wᵀ [out, taps · in] in panels
  f32 *dx;
  int rows; // of dY at a time
  Geometry g;
} InputGradientArgs;

static void add_patches(const Geometry *g, f32 *image, int pixel, int rows, const f32 *s) {
  int tap_row = g->kernel_width * g->channels;
  int ox = pixel % g->out_width, oy = pixel / g->out_width;
  for (int r = 0; r < rows; r++) {
    int x = ox * g->stride_x - g->left;
    int first = imax(0, -x), last = imax(first, imin(g->kernel_width, g->width - x));
    for (int ky = 0; ky < g->kernel_height; ky++, s += tap_row) {
      int iy = oy * g->stride_y - g->top + ky;
      if (iy < 0 || iy >= g->height) continue;
      add_floats(image + (iy * g->width + x + first) * g->channels, s + first * g->channels, (last - first) * g->channels);
    }
    if (++ox == g->out_width) ox = 0, oy++;
  }
}

// Items: images.
KERNEL(conv_input_gradient)(const InputGradientArgs *a, int begin, int end, int chunk, f32 *scratch) {
  const Geometry *g = &a->g;
  int out = g->out_channels, width = g->kernel_height * g->kernel_width * g->channels;
  int pixels = g->out_height * g->out_width, size = g->height * g->width * g->channels;
  f32 *packed_a = scratch, *patches = scratch + (MC + MR) * KC;
  int panels = (width + NR - 1) / NR;
  for (int n = begin; n < end; n++) {
    f32 *image = a->dx + n * size;
    zero_floats(image, size);
    for (int row = 0; row < pixels; row += a->rows) {
      int rows = imin(a->rows, pixels - row);
      for (int k0 = 0; k0 < out; k0 += KC) {
        int kc = imin(KC, out - k0);
        for (int r = 0; r < rows; r += MR) {
          const f32 *p[MR];
          for (int i = 0; i < MR; i++) p[i] = a->dy + (n * pixels + row + imin(r + i, rows - 1)) * out + k0;
          interleave_rows(p, kc, packed_a + r * kc);
        }
        for (int p = 0; p < panels; p++)
          for (int r = 0; r < rows; r += MR)
            tile(kc, packed_a + r * kc, a->packed + (p * out + k0) * NR, patches + r * width + p * NR, width,
                 imin(MR, rows - r), imin(NR, width - p * NR), (Epilogue){k0 > 0, 0, 0});
      }
      add_patches(g, image, row, rows, patches);
    }
  }
}

// `rows` may be at most this.
__attribute__((export_name("input_gradient_rows"))) int input_gradient_rows(void) { return MC; }

__attribute__((export_name("input_gradient_scratch"))) int input_gradient_scratch(int width) {
  return (MC + MR) * KC + MC * width + 16;
}
