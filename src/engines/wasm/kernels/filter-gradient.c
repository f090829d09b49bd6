#include "gemm.h"

// dW[tap, in, out] = Σ over pixels of patch[tap, in] · dy[out]: a product whose A is the transposed im2col matrix.
typedef struct {
  const f32 *x, *dy;
  f32 *dw;       // [splits, taps · in, out]: one partial sum a split
  int block;     // rows of dW of one task
  int splits;    // parts of the pixels
  Geometry g;
} FilterGradientArgs;

// A run of channels of one filter tap inside one panel of MR rows.
typedef struct {
  int ky, kx, offset, start, length;
} Segment;

static int segments_of(const Geometry *g, int k, int rows, Segment *s) {
  int count = 0;
  for (int i = 0; i < rows; count++) {
    int tap = (k + i) / g->channels, channel = (k + i) % g->channels;
    int length = imin(g->channels - channel, rows - i);
    s[count] = (Segment){tap / g->kernel_width, tap % g->kernel_width, i, channel, length};
    i += length;
  }
  return count;
}

// One output row's pixels ox0 … ox1−1 → columns of a panel.
static void pack_run(const FilterGradientArgs *a, const Segment *s, int n, int oy, int ox0, int ox1, f32 *o) {
  const Geometry *g = &a->g;
  int iy = oy * g->stride_y - g->top + s->ky;
  int first = ox0, last = ox0; // the pixels whose tap lies inside the picture
  if (iy >= 0 && iy < g->height) {
    int shift = s->kx - g->left;
    first = shift >= 0 ? 0 : (-shift + g->stride_x - 1) / g->stride_x;
    last = g->width - 1 - shift < 0 ? 0 : (g->width - 1 - shift) / g->stride_x + 1;
    first = imin(imax(first, ox0), ox1);
    last = imin(imax(last, first), ox1);
  }
  f32 *d = o + s->offset;
  int length = s->length;
  for (int ox = ox0; ox < first; ox++, d += MR) for (int i = 0; i < length; i++) d[i] = 0.f;
  const f32 *p = a->x + ((n * g->height + iy) * g->width + first * g->stride_x - g->left + s->kx) * g->channels + s->start;
  int step = g->stride_x * g->channels;
  if (length == MR) for (int ox = first; ox < last; ox++, d += MR, p += step) copy_panel_row(d, p);
  else for (int ox = first; ox < last; ox++, d += MR, p += step) for (int i = 0; i < length; i++) d[i] = p[i];
  for (int ox = last; ox < ox1; ox++, d += MR) for (int i = 0; i < length; i++) d[i] = 0.f;
}

static void pack_patches_transposed(const FilterGradientArgs *a, int k, int rows, int pixel, int count, f32 *o) {
  const Geometry *g = &a->g;
  for (int i = 0; i < rows; i += MR, o += MR * count) {
    int mr = imin(MR, rows - i);
    Segment segments[MR];
    int number = segments_of(g, k + i, mr, segments);
    if (mr < MR) zero_floats(o, MR * count);
    for (int done = 0; done < count;) {
      int ox = (pixel + done) % g->out_width, t = (pixel + done) / g->out_width;
      int run = imin(g->out_width - ox, count - done);
      for (int s = 0; s < number; s++)
        pack_run(a, segments + s, t / g->out_height, t % g->out_height, ox, ox + run, o + done * MR);
      done += run;
    }
  }
}

// Items: (block of rows of dW) × (split of the pixels).
KERNEL(conv_filter_gradient)(const FilterGradientArgs *a, int begin, int end, int chunk, f32 *scratch) {
  const Geometry *g = &a->g;
  int out = g->out_channels, total = g->kernel_height * g->kernel_width * g->channels;
  int pixels = g->batch * g->out_height * g->out_width;
  int share = (pixels + a->splits - 1) / a->splits, panels = (out + NR - 1) / NR;
  f32 *packed_b = scratch, *packed_a = scratch + panels * NR * KC;
  for (int t = begin; t < end; t++) {
    int split = t % a->splits, row = t / a->splits * a->block, rows = imin(a->block, total - row);
    int from = split * share, to = imin(from + share, pixels);
    f32 *dw = a->dw + split * total * out + row * out;
    if (from >= to) zero_floats(dw, rows * out);
    for (int k0 = from; k0 < to; k0 += KC) {
      int kc = imin(KC, to - k0);
      for (int p = 0; p < panels; p++)
        pack_b_panel(0, kc, imin(NR, out - p * NR), a->dy + k0 * out + p * NR, out, packed_b + p * NR * kc);
      for (int r = 0; r < rows; r += MC) {
        int mc = imin(MC, rows - r);
        pack_patches_transposed(a, row + r, mc, k0, kc, packed_a);
        for (int p = 0; p < panels; p++)
          for (int i = 0; i < mc; i += MR)
            tile(kc, packed_a + i * kc, packed_b + p * NR * kc, dw + (r + i) * out + p * NR, out, imin(MR, mc - i),
                 imin(NR, out - p * NR), (Epilogue){k0 > from, 0, 0});
      }
    }
  }
}

__attribute__((export_name("filter_gradient_scratch"))) int filter_gradient_scratch(int out) {
  return (out + NR) * KC + (MC + MR) * KC + 16;
}

typedef struct {
  f32 *parts;
  int count, size;
  f32 *out;
} SumArgs;

// Items: floats. Sums `count` partial results in their order.
KERNEL(sum_parts)(const SumArgs *a, int begin, int end, int chunk, f32 *scratch) {
  int n = end - begin;
  copy_floats(a->out + begin, a->parts + begin, n);
  for (int p = 1; p < a->count; p++) add_floats(a->out + begin, a->parts + p * a->size + begin, n);
}
