"""`import torchvision_cpu` before torchvision: its wheel may want CUDA's libraries, which a PyTorch for processors lacks. What is missing
then are operators of object detection, which nothing here uses; torchvision only wants to know their names."""
import torch

for name in ("nms", "qnms"):
    try:
        torch.library.define(f"torchvision::{name}", "(Tensor boxes, Tensor scores, float threshold) -> Tensor")
    except RuntimeError:
        pass
