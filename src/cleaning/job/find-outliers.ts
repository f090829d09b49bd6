import { neighbourDistances } from '../space/outliers.ts';
import type { DescribedImages, Search } from './search.ts';

/** How far each image is from its neighbours, written into the catalogue; which ones are outliers is decided by the threshold. */
export async function findOutliers({ catalogue, images, steps }: Search, described: DescribedImages): Promise<void> {
  await steps.run('outliers', async () => {
    const distances = neighbourDistances(described.neighbours);
    const measured = Array.from(described.rows, (at, row) => ({
      image: images[at]?.id as number,
      distance: distances[row] as number,
    }));
    catalogue.writeOutliers(measured.filter(({ distance }) => !Number.isNaN(distance)));
    return { result: undefined, kept: false };
  });
}
