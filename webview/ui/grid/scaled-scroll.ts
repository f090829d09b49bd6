/** Browsers draw nothing below some height of an element (Chromium: 33.5 million pixels); this is far from it. */
const MAX_SCROLL_HEIGHT = 8_000_000;

/**
 * Maps the scrollbar of an element that is as high as a browser allows to contents that may be far higher. Up to
 * `MAX_SCROLL_HEIGHT` the two are the same.
 */
export interface ScrollScale {
  /** Of the element, pixels. */
  height: number;
  scaled: boolean;
  /** Top of what is seen, in the contents' pixels, for the element's `scrollTop`. */
  toContents(scrollTop: number): number;
  toScroll(top: number): number;
  clamp(top: number): number;
}

/** @param contents height of everything. @param viewport height of what is seen */
export function scrollScale(contents: number, viewport: number, limit = MAX_SCROLL_HEIGHT): ScrollScale {
  const height = Math.min(contents, limit);
  const scaled = contents > limit;
  const most = Math.max(0, contents - viewport);
  const ratio = scaled ? most / Math.max(1, height - viewport) : 1;
  const clamp = (top: number) => Math.max(0, Math.min(most, top));
  return { height, scaled, clamp, toContents: (scrollTop) => clamp(scrollTop * ratio), toScroll: (top) => top / ratio };
}
