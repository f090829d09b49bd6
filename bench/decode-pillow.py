"""Images a second with Pillow: decode-pillow.py <file with a path a line> <side> <worker processes>"""

import sys
import time
from multiprocessing import Pool

from PIL import Image, ImageOps


def decode(path):
    with open(path, 'rb') as file:
        image = ImageOps.exif_transpose(Image.open(file)).convert('RGB')
    return len(ImageOps.fit(image, (SIDE, SIDE), Image.BILINEAR).tobytes())


SIDE = int(sys.argv[2])

if __name__ == '__main__':
    paths = open(sys.argv[1]).read().split('\n')
    with Pool(int(sys.argv[3])) as pool:
        pool.map(decode, paths[:200], chunksize=8)
        start = time.perf_counter()
        for size in pool.imap_unordered(decode, paths, chunksize=16):
            assert size == SIDE * SIDE * 3
        print(len(paths) / (time.perf_counter() - start))
