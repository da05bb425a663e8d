"""The colours that have one meaning each in the whole book; told apart from `plot`, which loads PyTorch."""

DATA = "#0072B2"  # blue: examples, inputs, targets
WEIGHT = "#D55E00"  # orange: parameters, and the model that they make
GRADIENT = "#009E73"  # green: derivatives, and steps along them
LOSS = "#CC79A7"  # purple: losses, errors, residuals
TEXT = "#757575"
MUTED = "#7b7b7b"
INK = "#2980cc"  # of images
