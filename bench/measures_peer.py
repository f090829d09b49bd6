"""The measures of src/images/measures with Pillow and NumPy, as a Python program would compute them.

measures_peer.py values <file …>       a JSON line an image
measures_peer.py blur <list>           cleanvision's blur score of each file that a text file lists, as a JSON array
measures_peer.py rate <workers> <list> images a second over such a list
"""

import hashlib
import json
import multiprocessing
import resource
import sys
import time

import numpy as np
from PIL import Image, ImageFilter, ImageOps, ImageStat

SIDE = 256
COSINES = np.cos(np.pi * (2 * np.arange(32)[None, :] + 1) * np.arange(8)[:, None] / 64)


def read(path):
    """RGB pixels, upright, within 256 x 256, and whether they are all of the file's."""
    with Image.open(path) as image:
        whole = image.width <= SIDE and image.height <= SIDE
        if not whole:
            image.draft("RGB", (SIDE, SIDE))
        image = ImageOps.exif_transpose(image).convert("RGB")
        if not whole:
            scale = min(SIDE / image.width, SIDE / image.height)
            image = image.resize((max(1, round(image.width * scale)), max(1, round(image.height * scale))), Image.BILINEAR)
        return image, whole


def axis_sharpness(grey, axis):
    if grey.shape[axis] < 4:
        return 1.0
    change = np.abs(np.diff(grey, axis=axis))
    padded = np.concatenate([np.take(grey, [0], axis), grey, np.take(grey, [-1], axis)], axis)
    length = grey.shape[axis]
    after = np.take(padded, range(3, length + 2), axis)
    before = np.take(padded, range(0, length - 1), axis)
    filtered = np.abs(after - before) / 3
    edge = change >= 4
    if edge.sum() < 0.002 * change.size or not edge.any():
        return 1.0
    return float(np.maximum(0, change - filtered)[edge].sum() / change[edge].sum())


def depth(off):
    lines = off.size
    within = np.flatnonzero(off > 0.02)
    found = int(within[0]) if within.size else lines
    if found in (0, lines):
        return found
    return found if (off[found : found + 3] >= 0.5).any() else 0


def border(pixels):
    height, width = pixels.shape[:2]
    best = (0.0, None)
    corners = [pixels[0, 0], pixels[-1, -1]]
    if (np.abs(corners[0] - corners[1]) <= 12).all():
        corners.pop()
    for color in corners:
        off = (np.abs(pixels - color) > 12).any(axis=2)
        rows, columns = off.mean(axis=1), off.mean(axis=0)
        top = depth(rows)
        if top == height:
            share = 1.0
        else:
            inner = max(0, height - top - depth(rows[::-1])) * max(0, width - depth(columns) - depth(columns[::-1]))
            share = 1 - inner / (width * height)
        if share > best[0]:
            best = (share, "#%02x%02x%02x" % tuple(color))
    return best


def measure(path):
    image, whole = read(path)
    luma = image.convert("L")
    rgb = np.asarray(image)
    scaled = rgb / 255.0
    brightness = np.sqrt(scaled**2 @ np.array([0.241, 0.691, 0.068]))
    p5, p95, p99 = np.percentile(brightness, [5, 95, 99])
    most = rgb.max(axis=2).astype(np.int16)
    spread = most - rgb.min(axis=2)
    coloured = (spread > 8).mean()
    red, green, blue = means = rgb.mean(axis=(0, 1))
    grey = np.asarray(luma).astype(np.int16)
    counts = np.bincount(grey.ravel(), minlength=256)
    shares = counts[counts > 0] / grey.size
    small = np.asarray(luma.resize((32, 32), Image.BILINEAR), float)
    low = COSINES @ small @ COSINES.T
    low[np.abs(low) < 1e-6] = 0
    bits = (low > np.median(low)).ravel()
    share, color = border(rgb.astype(np.int16))
    digest = hashlib.sha256(np.array(image.size, np.uint32).tobytes() + rgb.tobytes()).hexdigest()[:32]
    hue = np.degrees(np.arctan2(np.sqrt(3) / 2 * (green - blue), red - (green + blue) / 2)) % 360
    return {
        "brightness": float(brightness.mean()),
        "dark": float(p99),
        "light": float(1 - p5),
        "contrast": float(p95 - p5),
        "saturation": float(np.divide(spread, most, out=np.zeros(spread.shape), where=most > 0).mean()),
        "hue": float(hue) if coloured > 0.001 else None,
        "color": "#%02x%02x%02x" % tuple(int(np.floor(value + 0.5)) for value in means),
        "greyscale": bool(coloured <= 0.001),
        "blur": min(axis_sharpness(grey, 1), axis_sharpness(grey, 0)),
        "information": float(-0.1 * (shares * np.log2(shares)).sum()),
        "border": share,
        "borderColor": color,
        "perceptualHash": "%016x" % int("".join("1" if bit else "0" for bit in bits), 2),
        "pixelHash": digest if whole else None,
    }


def check_dct(path):
    """The cosines of pHash beside SciPy's DCT."""
    from scipy.fft import dctn

    small = np.asarray(read(path)[0].convert("L").resize((32, 32), Image.BILINEAR), float)
    assert np.allclose(COSINES @ small @ COSINES.T, dctn(small, type=2)[:8, :8] / 4)


def published_blur(path):
    """The blur score that cleanvision publishes: small is blurry, below 0.29 an issue."""
    with Image.open(path) as image:
        grey = image.convert("L")
    ratio = max(grey.size) / 64
    if ratio > 1:
        grey = grey.resize((max(1, int(grey.width // ratio)), max(1, int(grey.height // ratio))))
    edges = ImageStat.Stat(grey.filter(ImageFilter.FIND_EDGES)).var[0] ** 0.5
    spread = 1 - np.exp(-0.01 * np.std(grey.histogram()))
    return float(min(1, 1 - np.exp(-0.01 * edges) + (spread if spread > 0.18 else 0)))


def cpu_seconds():
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def rate(workers, files):
    """Images a second, and milliseconds of processor time an image; the start of the workers is not counted."""
    before = cpu_seconds()
    if workers == 1:
        start = time.perf_counter()
        for file in files:
            measure(file)
        seconds = time.perf_counter() - start
        starting = 0
    else:
        with multiprocessing.Pool(workers) as pool:
            starting = sum(pool.map(started, range(workers)))
            start = time.perf_counter()
            for _ in pool.imap_unordered(measure, files, chunksize=16):
                pass
            seconds = time.perf_counter() - start
            pool.close()
            pool.join()
    return {"rate": len(files) / seconds, "cpu": 1000 * (cpu_seconds() - before - starting) / len(files)}


def started(_):
    return time.process_time()


if __name__ == "__main__":
    if sys.argv[1] == "values":
        for name in sys.argv[2:]:
            check_dct(name)
            print(json.dumps(measure(name)))
    elif sys.argv[1] == "blur":
        with open(sys.argv[2], encoding="utf-8") as listing:
            print(json.dumps([published_blur(name) for name in listing.read().splitlines()]))
    else:
        with open(sys.argv[3], encoding="utf-8") as listing:
            print(json.dumps(rate(int(sys.argv[2]), listing.read().splitlines())))
