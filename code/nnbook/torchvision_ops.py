"""Make `import torchvision` work beside any build of torch.

A CPU build of torch cannot load the compiled operators of the torchvision that PyPI has, and then
`import torchvision` fails at the first operator that it describes. The book uses torchvision's data sets and
transforms, which need no compiled operator, so that it is enough to declare the two names.
"""

import importlib
from types import ModuleType

import torch

OPERATORS = ("nms", "qnms")
SIGNATURE = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
REMEDY = (
    "nnbook reads MNIST with torchvision, which cannot be imported: install the torchvision release that "
    f"belongs to torch {torch.__version__} (https://github.com/pytorch/vision#installation)."
)


def import_torchvision() -> ModuleType:
    """Import torchvision, and declare its two missing operators if they are all that it lacks.

    Returns the module; from then on a plain `from torchvision import datasets` works too.
    Raises what the import raised if torchvision is absent or broken in another way, with the remedy added.
    """
    try:
        return _import_or_declare()
    except Exception as error:
        error.add_note(REMEDY)
        raise


def _import_or_declare() -> ModuleType:
    try:
        return importlib.import_module("torchvision")
    except RuntimeError as error:
        if "operator torchvision::nms does not exist" not in str(error):
            raise
    for name in OPERATORS:
        torch.library.define(f"torchvision::{name}", SIGNATURE)
    return importlib.import_module("torchvision")
