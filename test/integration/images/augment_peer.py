"""Single operations of torchvision, Keras and Pillow on the image of stdin: writes one JSON object of flat uint8 lists to stdout."""
import io, json, os, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import torch

# A torchvision built for another torch can't load its compiled operators; the transforms need none of them.
try:
    import torchvision
except RuntimeError:
    for name in [name for name in sys.modules if name.startswith("torchvision")]:
        del sys.modules[name]
    library = torch.library.Library("torchvision", "DEF")
    for name in ["nms", "qnms", "roi_align", "roi_pool", "ps_roi_align", "ps_roi_pool", "deform_conv2d", "_roi_align_backward",
                 "_roi_pool_backward", "_ps_roi_align_backward", "_ps_roi_pool_backward", "_deform_conv2d_backward"]:
        library.define(f"{name}(Tensor x) -> Tensor")
    import torchvision
from PIL import Image
from torchvision.transforms import InterpolationMode, v2
from torchvision.transforms.v2 import functional as F

given = json.load(sys.stdin)
size = given["size"]
image = np.array(given["image"], dtype=np.uint8).reshape(size, size, 3)
tensor = torch.from_numpy(image).permute(2, 0, 1).contiguous()
out = {}


def put(name, value):
    if isinstance(value, torch.Tensor):
        value = value.permute(1, 2, 0).numpy()
    out[name] = np.clip(np.round(value), 0, 255).astype(np.uint8).reshape(-1).tolist()


linear = InterpolationMode.BILINEAR
put("flip", F.horizontal_flip(tensor))
put("flip-vertical", F.vertical_flip(tensor))
put("rotate", F.rotate(tensor, 17.0, interpolation=linear))
put("resized-crop", F.resized_crop(tensor, 3, 5, 20, 16, [size, size], interpolation=linear, antialias=False))
put("brighter", F.adjust_brightness(tensor, 1.4))
put("darker", F.adjust_brightness(tensor, 0.6))
put("contrast", F.adjust_contrast(tensor, 1.7))
put("flatter", F.adjust_contrast(tensor, 0.4))
put("saturation", F.adjust_saturation(tensor, 1.6))
put("paler", F.adjust_saturation(tensor, 0.3))
put("hue", F.adjust_hue(tensor, 0.13))
put("hue-back", F.adjust_hue(tensor, -0.31))
put("blur", F.gaussian_blur(tensor, [9, 9], [1.4, 1.4]))
put("posterize", F.posterize(tensor, 3))
put("solarize", F.solarize(tensor, 100))
put("autocontrast", F.autocontrast(tensor))
put("equalize", F.equalize(tensor))
put("sharper", F.adjust_sharpness(tensor, 1.8))
put("softer", F.adjust_sharpness(tensor, 0.2))
for name, magnitude in [("ShearX", 0.27), ("ShearY", -0.2), ("TranslateX", 5.7), ("Rotate", 25.0)]:
    put(f"policy-{name}", v2.RandAugment(interpolation=linear, fill=0)._apply_image_or_video_transform(
        tensor, name, magnitude, interpolation=linear, fill={torch.Tensor: None}))

out["rand-space"] = {name: (values(31, size, size).tolist() if values(31, size, size) is not None else None)
                     for name, (values, signed) in v2.RandAugment._AUGMENTATION_SPACE.items()}
out["trivial-space"] = {name: (values(31, size, size).tolist() if values(31, size, size) is not None else None)
                        for name, (values, signed) in v2.TrivialAugmentWide._AUGMENTATION_SPACE.items()}
out["signed"] = {name: signed for name, (values, signed) in v2.TrivialAugmentWide._AUGMENTATION_SPACE.items()}

for quality in given["qualities"]:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=quality, subsampling=2)
    put(f"jpeg-{quality}", np.asarray(Image.open(buffer)))
put("hsv", np.asarray(Image.fromarray(image).convert("HSV")))

from keras.src.legacy.preprocessing.image import apply_affine_transform

for mode in ["nearest", "reflect", "constant"]:
    def keras(**options):
        return apply_affine_transform(image.astype(np.float64), row_axis=0, col_axis=1, channel_axis=2, fill_mode=mode, cval=0.0,
                                      order=1, **options)
    put(f"keras-rotate-{mode}", keras(theta=20))
    put(f"keras-shift-{mode}", keras(tx=3.3, ty=-5.1))
    put(f"keras-zoom-{mode}", keras(zx=1.2, zy=0.8))
    put(f"keras-all-{mode}", keras(theta=-12, tx=2.5, ty=4, zx=0.9, zy=1.15))

# fastai, written out from its definition: Warp through grid_sample, lighting on the log-odds.
def coefficients(to, source):
    rows = []
    for (u, v), (x, y) in zip(to, source):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    return np.append(np.linalg.solve(np.array(rows, float), np.array(to, float).reshape(-1)), 1).reshape(3, 3)


x, y = 0.15, -0.2
matrix = coefficients([(-1 - y, -1 - x), (-1 + y, 1 + x), (1 + y, -1 + x), (1 - y, 1 - x)], [(-1, -1), (-1, 1), (1, -1), (1, 1)])
axis = np.linspace(-1, 1, size)
grid = np.stack([*np.meshgrid(axis, axis), np.ones((size, size))], -1) @ matrix.T
grid = torch.from_numpy(grid[..., :2] / grid[..., 2:])[None]
put("warp", torch.nn.functional.grid_sample(tensor[None].double(), grid, mode="bilinear", padding_mode="border", align_corners=True)[0])
share = np.clip(image / 255.0, 1e-7, 1 - 1e-7)
odds = -np.log(1 / share - 1)
light = 1 / (1 + np.exp(-(odds - np.log(1 / 0.58 - 1))))
put("light", light * 255)
put("logit-contrast", 255 / (1 + np.exp(-odds * 1.22)))

# CIE L*a*b*, as scikit-image computes it.
value = image / 255.0
value = np.where(value > 0.04045, ((value + 0.055) / 1.055) ** 2.4, value / 12.92)
xyz = value @ np.array([[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]]).T
xyz = xyz / np.array([0.95047, 1.0, 1.08883])
f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
lab = np.stack([(116 * f[..., 1] - 16) * 2.55, 500 * (f[..., 0] - f[..., 1]) + 128, 200 * (f[..., 1] - f[..., 2]) + 128], -1)
put("lab", lab)
json.dump(out, sys.stdout)
