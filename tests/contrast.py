"""How well a colour is seen on another, as WCAG 2.2 reckons it."""

import numpy as np
from matplotlib.colors import to_rgb


def luminance(colour) -> float:
    """The relative luminance."""
    channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return np.dot([0.2126, 0.7152, 0.0722], channels)


def contrast(one, other) -> float:
    """The contrast ratio, from 1 to 21."""
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)
