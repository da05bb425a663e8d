"""Published runs that take minutes: made apart from the book by `python -m nnbook.published`."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import TensorDataset, random_split

from nnbook import data, toy
from nnbook.train import evaluate, step

Rows = Iterator[tuple[int, list[float]]]


def noisy_cubic(n_epochs: int = 50_000, n_starts: int = 8, every: int = 2_500) -> Rows:
    """The 1–10–10–10–1 network on the noisy cubic: Adam at 1e-4, four batches of 25, shuffled in each epoch.

    n_starts: how many networks are trained side by side, each in an order of its own; network k has the
    first parameters that PyTorch gives after `torch.manual_seed(k)`.
    every: how many epochs lie between two rows.
    Yields an epoch and for each network the sum of its four batches' losses in it, each loss from before the
    batch's step.
    """
    X, y = toy.noisy_cubic()  # (100, 1)
    params = starts([1, 10, 10, 10, 1], n_starts)
    optimizer = torch.optim.Adam(params, lr=1e-4, fused=True)
    torch.manual_seed(0)
    for epoch in range(1, n_epochs + 1):
        orders = torch.rand(n_starts, len(X)).argsort(1)  # (n_starts, 100)
        sums = torch.zeros(n_starts)
        for batch in orders.split(25, dim=1):
            losses = (forward(X[batch], params) - y[batch]).square().mean((1, 2))  # (n_starts)
            optimizer.zero_grad()
            losses.sum().backward()  # no network's gradient holds anything of the others
            optimizer.step()
            sums += losses.detach()
        if epoch % every == 0:
            yield epoch, sums.tolist()


def cos_square_loaders(n_epochs: int = 2_000, n_starts: int = 16, every: int = 100) -> Rows:
    """The 1–50–1 ReLU network on sin(cos x²), the first 1,600 of 2,000 points to train: Adam, batches of 64.

    n_starts, every: as in `noisy_cubic`.
    Yields an epoch, counted from 0, and the training losses of the networks, means of the batches' means
    during the epoch, followed by their validation losses at its end, means of the batches' means too.
    """
    X, y = toy.noisy_cos_square(2_000, seed=0)  # (2000, 1)
    params = starts([1, 50, 1], n_starts)
    optimizer = torch.optim.Adam(params, lr=1e-3, fused=True)
    torch.manual_seed(0)
    for epoch in range(n_epochs):
        batches = torch.rand(n_starts, 1_600).argsort(1).split(64, dim=1)
        sums = torch.zeros(n_starts)
        for batch in batches:
            losses = (forward(X[batch], params) - y[batch]).square().mean((1, 2))
            optimizer.zero_grad()
            losses.sum().backward()
            optimizer.step()
            sums += losses.detach()
        if epoch % every == 0:
            with torch.no_grad():
                errors = (forward(X[1_600:], params) - y[1_600:]).square()  # (n_starts, 400, 1)
            by_batch = [part.mean((1, 2)) for part in errors.split(64, dim=1)]
            yield epoch, [*(sums / len(batches)).tolist(), *torch.stack(by_batch).mean(0).tolist()]


def mnist_with_nn(n_epochs: int = 40) -> Rows:
    """The 784–500–10 network in PyTorch's own initialisation, from the generator as the first run left it.

    Yields an epoch and its training loss, its validation loss, both means of the batches' means, and its
    validation accuracy.
    """
    images, labels = data.mnist(train=True).tensors
    digits = TensorDataset(images.flatten(1), labels)
    torch.manual_seed(7)
    n_val = len(digits) // 12
    train_set, val_set = random_split(digits, [len(digits) - n_val, n_val])
    train_batches = data.batches(train_set, 128)
    val_batches = data.batches(val_set, 128, shuffle=False)
    torch.randn(784, 500), torch.randn(500, 10)  # the weights of the first run
    for _ in range(40):
        next(iter(train_batches)), next(iter(val_batches))  # draws all that a whole pass draws

    model = nn.Sequential(nn.Linear(784, 500), nn.ReLU(), nn.Linear(500, 10, bias=False))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for epoch in range(1, n_epochs + 1):
        losses = [step(model, F.cross_entropy, optimizer, X, y) for X, y in train_batches]
        by_batch, right = [], 0.0
        for X, y in val_batches:
            loss, accuracy = evaluate(model, [(X, y)])
            by_batch.append(loss)
            right += accuracy * len(X)
        yield epoch, [sum(losses) / len(losses), sum(by_batch) / len(by_batch), right / n_val]


def starts(sizes: Sequence[int], n_starts: int) -> list[Tensor]:
    """The first parameters of several networks side by side, those of network k from `torch.manual_seed(k)`.

    sizes: the widths of the layers, inputs first.
    Returns weights (n_starts, inputs, units) and biases (n_starts, 1, units), layer by layer, as `nn.Linear`
    draws them.
    """
    nets = []
    for seed in range(n_starts):
        torch.manual_seed(seed)
        nets.append([nn.Linear(d, u) for d, u in pairwise(sizes)])
    params = []
    for layers in zip(*nets, strict=True):
        params.append(torch.stack([layer.weight.T for layer in layers]))
        params.append(torch.stack([layer.bias for layer in layers])[:, None])
    return [p.detach().requires_grad_() for p in params]


def forward(X: Tensor, params: list[Tensor], phi: Callable = torch.relu) -> Tensor:
    """The results of networks side by side, (n_starts, n, 1).

    X: (n, inputs), or (n_starts, n, inputs) if each network has inputs of its own.
    params: as `starts` gives them. phi: the function between the layers.
    """
    *hidden, last = zip(params[::2], params[1::2], strict=True)
    for W, b in hidden:
        X = phi(X @ W + b)
    return X @ last[0] + last[1]
