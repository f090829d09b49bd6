/** Colours in `palette.ts`; here, so that what only counts them needs no page. */
export const paletteSize = 8;
