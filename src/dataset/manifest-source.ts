import type { Listing } from './listing.ts';
export function listManifest(_root: string, _file: string): Listing {
  throw new Error('not yet');
}
