/** How it is found out what a network looked at. */
export const saliencyMethods = ['grad-cam', 'occlusion'] as const;
export type SaliencyMethod = (typeof saliencyMethods)[number];
