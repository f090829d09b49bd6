#include "gemm.h"

enum { PLAIN, TRANSPOSED, PATCHES };

typedef struct {
  const f32 *b;
  int transposed, k, n, ldb;
  f32 *packed;
  // For the gradient of a convolution's input: B is the filter turned by 180° and transposed.
  int turned, taps, in_channels;
} PackArgs;

// Items: panels of NR columns of B.
KERNEL(pack_b)(const PackArgs *a, int begin, int end, int chunk, f32 *scratch) {
  for (int p = begin; p < end; p++) {
    f32 *o = a->packed + p * NR * a->k;
    int j = p * NR, nr = imin(NR, a->n - j);
    if (!a->turned) {
      pack_b_panel(a->transposed, a->k, nr, a->b + (a->transposed ? j * a->ldb : j), a->ldb, o);
      continue;
    }
    // b: [tap, in, out] → rows (tap reversed, out), columns in
    int out = a->k / a->taps;
    for (int t = 0; t < a->taps; t++)
      pack_b_panel(1, out, nr, a->b + ((a->taps - 1 - t) * a->in_channels + j) * out, out, o + t * out * NR);
  }
}

typedef struct {
  int kind;
  const f32 *a;
  int lda, m, n, k;
  const f32 *packed;
  f32 *c;
  int ldc;
  int block_rows;   // rows of one task
  int block_panels; // panels of one task
  const f32 *bias;
  int relu;
  Geometry g;
} GemmArgs;

static void pack_a_matrix(const GemmArgs *a, int row, int rows, int k0, int kc, f32 *o) {
  for (int i = 0; i < rows; i += MR, o += MR * kc) {
    int mr = imin(MR, rows - i);
    if (a->kind == PLAIN) {
      const f32 *p[MR];
      for (int r = 0; r < MR; r++) p[r] = a->a + (row + i + imin(r, mr - 1)) * a->lda + k0;
      interleave_rows(p, kc, o);
    } else {
      const f32 *p = a->a + k0 * a->lda + row + i;
      f32 *d = o;
      for (int q = 0; q < kc; q++, p += a->lda, d += MR) {
        if (mr == MR) copy_panel_row(d, p);
        else for (int r = 0; r < MR; r++) d[r] = r < mr ? p[r] : 0.f;
      }
    }
  }
}

// Rows are output pixels, columns (ky, kx, channel): the im2col matrix, never written down.
static void pack_a_patches(const GemmArgs *a, int row, int rows, int k0, int kc, f32 *o, const f32 *zeros) {
  const Geometry *g = &a->g;
  int tap_row = g->kernel_width * g->channels;
  for (int i = 0; i < rows; i += MR) {
    const f32 *image[MR];
    int y[MR], x[MR], inside = 1;
    for (int r = 0; r < MR; r++) {
      int pixel = row + imin(i + r, rows - 1);
      int ox = pixel % g->out_width, t = pixel / g->out_width;
      int oy = t % g->out_height, n = t / g->out_height;
      y[r] = oy * g->stride_y - g->top;
      x[r] = ox * g->stride_x - g->left;
      image[r] = a->a + n * g->height * g->width * g->channels;
      if (x[r] < 0 || x[r] + g->kernel_width > g->width) inside = 0;
    }
    for (int k = k0; k < k0 + kc;) {
      int ky = k / tap_row, in_row = k - ky * tap_row;
      int kx = in_row / g->channels;
      int length = inside ? tap_row - in_row : (kx + 1) * g->channels - in_row;
      length = imin(length, k0 + kc - k);
      const f32 *p[MR];
      for (int r = 0; r < MR; r++) {
        int iy = y[r] + ky, ix = x[r] + kx;
        int valid = iy >= 0 && iy < g->height && (inside || (ix >= 0 && ix < g->width));
        p[r] = valid ? image[r] + (iy * g->width + x[r]) * g->channels + in_row : zeros;
      }
      interleave_rows(p, length, o);
      o += MR * length;
      k += length;
    }
  }
}

INLINE int zeros_floats(const Geometry *g) { return g->kernel_width * g->channels; }

static void gemm_block(const GemmArgs *a, int row, int rows, int panel, int panels, f32 *scratch) {
  f32 *packed_a = scratch;
  f32 *zeros = scratch + (MC + MR) * KC;
  if (a->kind == PATCHES) zero_floats(zeros, zeros_floats(&a->g));
  for (int k0 = 0; k0 < a->k; k0 += KC) {
    int kc = imin(KC, a->k - k0);
    if (a->kind == PATCHES) pack_a_patches(a, row, rows, k0, kc, packed_a, zeros);
    else pack_a_matrix(a, row, rows, k0, kc, packed_a);
    int last = k0 + kc == a->k;
    for (int p = panel; p < panel + panels; p++) {
      int j = p * NR;
      Epilogue e = {k0 > 0, last && a->bias ? a->bias + j : 0, last && a->relu};
      for (int i = 0; i < rows; i += MR)
        tile(kc, packed_a + i * kc, a->packed + (p * a->k + k0) * NR, a->c + (row + i) * a->ldc + j, a->ldc,
             imin(MR, rows - i), imin(NR, a->n - j), e);
    }
  }
}

// Items: blocks of block_rows × (block_panels · NR) of C.
KERNEL(gemm)(const GemmArgs *a, int begin, int end, int chunk, f32 *scratch) {
  int panels = (a->n + NR - 1) / NR, across = (panels + a->block_panels - 1) / a->block_panels;
  for (int t = begin; t < end; t++) {
    int row = t / across * a->block_rows, panel = t % across * a->block_panels;
    int rows = imin(a->block_rows, a->m - row), count = imin(a->block_panels, panels - panel);
    for (int r = 0; r < rows; r += MC) gemm_block(a, row + r, imin(MC, rows - r), panel, count, scratch);
  }
}

// Floats of scratch that gemm needs for a patch row of `row` floats.
__attribute__((export_name("gemm_scratch"))) int gemm_scratch(int row) { return (MC + MR) * KC + row + 16; }
