"""Reverse-mode automatic differentiation of single numbers, built in the chapter “Backpropagation”."""

import math
from numbers import Real


class Node:
    """A number and, for each number that it was computed from, the derivative by it.

    value: the number.
    inputs: pairs (node, slope), the slope being the derivative of this number by that node's alone.
    A node has a `grad`, to which `backward` adds, and a `number`, larger than those of its inputs.
    """

    count = 0

    def __init__(self, value: float, inputs: tuple[tuple["Node", float], ...] = ()):  # noqa: D107 (the class says it)
        self.value, self.inputs, self.grad = value, inputs, 0.0
        Node.count += 1
        self.number = Node.count

    def history(self) -> list["Node"]:
        """The node itself and all that it depends on, each once, the newest first: results before inputs."""
        found, to_visit = {self}, [self]
        while to_visit:
            new = {node for node, _ in to_visit.pop().inputs} - found
            found |= new
            to_visit += new
        return sorted(found, key=lambda node: node.number, reverse=True)

    def backward(self) -> None:
        """Add the derivative of this node by each node that it depends on to that node's `grad`.

        A second call adds the same once more, as PyTorch's with `retain_graph=True` does.
        """
        nodes = self.history()
        delta = dict.fromkeys(nodes, 0.0)  # of this call alone
        delta[self] = 1.0
        for node in nodes:
            for source, slope in node.inputs:
                delta[source] += delta[node] * slope
            node.grad += delta[node]


class Scalar(Node):
    """A node that can be calculated with: +, −, ·, /, and powers whose exponent is a plain number.

    The other operand may be a plain number. Raises TypeError for any other operand, and what Python's
    arithmetic raises: ZeroDivisionError, OverflowError, or ValueError for a power without a real value.
    """

    def __add__(self, other):
        other = scalar(other)
        return Scalar(self.value + other.value, ((self, 1.0), (other, 1.0)))

    def __sub__(self, other):
        other = scalar(other)
        return Scalar(self.value - other.value, ((self, 1.0), (other, -1.0)))

    def __mul__(self, other):
        other = scalar(other)
        return Scalar(self.value * other.value, ((self, other.value), (other, self.value)))

    def __truediv__(self, other):
        other = scalar(other)
        quotient = self.value / other.value
        return Scalar(quotient, ((self, 1 / other.value), (other, -quotient / other.value)))

    def __pow__(self, exponent):
        if not isinstance(exponent, Real):
            raise TypeError(f"The exponent has to be a plain number, not {type(exponent).__name__}.")
        slope = exponent * math.pow(self.value, exponent - 1) if exponent else 0.0
        return Scalar(math.pow(self.value, exponent), ((self, slope),))

    def __neg__(self):
        return Scalar(-self.value, ((self, -1.0),))

    def __radd__(self, number):
        return scalar(number) + self

    def __rsub__(self, number):
        return scalar(number) - self

    def __rmul__(self, number):
        return scalar(number) * self

    def __rtruediv__(self, number):
        return scalar(number) / self

    def __repr__(self):
        return f"Scalar(value={self.value:.6g}, grad={self.grad:.6g})"


def scalar(number: float | Scalar) -> Scalar:
    """The number as a `Scalar` without inputs; a `Scalar` as it is.

    Raises TypeError if it is neither.
    """
    if isinstance(number, Scalar):
        return number
    if not isinstance(number, Real):
        raise TypeError(f"A Scalar cannot be calculated with this {type(number).__name__}.")
    return Scalar(float(number))


def exp(s: Scalar) -> Scalar:
    """The exponential of s."""
    value = math.exp(s.value)
    return Scalar(value, ((s, value),))


def log(s: Scalar) -> Scalar:
    """The natural logarithm of s. Raises ValueError unless s is positive."""
    return Scalar(math.log(s.value), ((s, 1 / s.value),))


def tanh(s: Scalar) -> Scalar:
    """The hyperbolic tangent of s."""
    value = math.tanh(s.value)
    return Scalar(value, ((s, 1 - value**2),))


def relu(s: Scalar) -> Scalar:
    """The maximum of 0 and s, with slope 0 at 0, as in PyTorch."""
    return Scalar(max(0.0, s.value), ((s, float(s.value > 0)),))
