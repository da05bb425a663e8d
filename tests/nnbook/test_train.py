"""The training loop, against the formula of a step and against the chapter that builds it."""

import jupytext
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from nnbook import data, train
from torch import nn
from torch.utils.data import TensorDataset

from tests.building import ROOT

CHAPTER = ROOT / "book/multilayer-perceptrons.md"


def examples(n=10, seed=0):
    generator = torch.Generator().manual_seed(seed)
    X = torch.randn(n, 3, generator=generator)
    return X, torch.sin(X.sum(1, keepdim=True))


def network(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))


def numbers(model):
    return torch.cat([p.detach().flatten() for p in model.parameters()])


@pytest.fixture
def still():
    """A network and an optimizer that does not move it."""
    model = network()
    return model, torch.optim.SGD(model.parameters(), lr=0.0)


def chapter_functions() -> dict:
    """The functions step, epoch and fit as the chapter writes them."""
    names = {}
    for cell in jupytext.read(CHAPTER).cells:
        if cell.cell_type == "code" and cell.source.startswith(("def step(", "def epoch(")):
            exec(cell.source, names)
    return names


def test_the_chapter_has_the_same_loop():
    X, y = examples(50)
    runs = []
    for fit in (train.fit, chapter_functions()["fit"]):
        model = network()
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        torch.manual_seed(1)
        losses = fit(model, nn.MSELoss(), optimizer, data.batches(TensorDataset(X, y), 16), 4)
        runs.append((losses, numbers(model)))
    (losses, parameters), (chapter_losses, chapter_parameters) = runs
    assert losses == chapter_losses  # digit for digit
    assert torch.equal(parameters, chapter_parameters)


def test_the_chapter_has_the_same_arguments():
    names = chapter_functions()
    for function in (train.step, train.epoch, train.fit):
        theirs = names[function.__name__].__code__
        ours = function.__code__
        assert theirs.co_varnames[: theirs.co_argcount] == ours.co_varnames[: ours.co_argcount]


def test_a_step_of_sgd_is_the_parameters_less_rate_times_gradient():
    X, y = examples()
    model = network()
    loss = nn.MSELoss()(model(X), y)
    gradients = torch.autograd.grad(loss, list(model.parameters()))
    want = numbers(model) - 0.1 * torch.cat([gradient.flatten() for gradient in gradients])
    got = train.step(model, nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=0.1), X, y)
    assert got == loss.item()  # the loss before the step
    assert isinstance(got, float)
    torch.testing.assert_close(numbers(model), want)


def test_gradients_do_not_add_up_from_step_to_step(still):
    X, y = examples()
    model, optimizer = still
    grads = []
    for _ in range(2):
        train.step(model, nn.MSELoss(), optimizer, X, y)
        grads.append(torch.cat([p.grad.flatten() for p in model.parameters()]).clone())
    assert grads[0].any()
    assert torch.equal(grads[0], grads[1])


@given(n=st.integers(1, 40), batch_size=st.integers(1, 45))
@settings(max_examples=25, deadline=None)
def test_the_mean_of_an_epoch_is_over_examples_whatever_the_batches(n, batch_size):
    X, y = examples(n)
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.0)
    batches = data.batches(TensorDataset(X, y), batch_size)
    want = nn.MSELoss()(model(X), y).item()
    assert train.epoch(model, nn.MSELoss(), optimizer, batches) == pytest.approx(want, rel=1e-5)


def test_a_small_last_batch_does_not_count_for_more(still):
    model, optimizer = still
    batches = [(torch.zeros(9, 3), torch.zeros(9, 1)), (torch.zeros(1, 3), torch.zeros(1, 1))]
    by_batch = iter([1.0, 11.0])
    got = train.epoch(model, lambda y_hat, y: (y_hat * 0).sum() + next(by_batch), optimizer, batches)
    assert got == pytest.approx((9 * 1 + 1 * 11) / 10)


def test_fit_goes_on_from_where_an_epoch_ended():
    X, y = examples(20)
    batches = [(X[:15], y[:15]), (X[15:], y[15:])]
    one, other = network(), network()
    optimizers = [torch.optim.Adam(model.parameters(), lr=0.02) for model in (one, other)]
    losses = train.fit(one, nn.MSELoss(), optimizers[0], batches, 3)
    assert losses == [train.epoch(other, nn.MSELoss(), optimizers[1], batches) for _ in range(3)]
    assert torch.equal(numbers(one), numbers(other))
    assert losses[2] < losses[0]


def test_no_epochs_leave_the_model_as_it_was():
    model = network()
    before = numbers(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    assert train.fit(model, nn.MSELoss(), optimizer, [examples()], 0) == []
    assert torch.equal(numbers(model), before)


def test_batches_that_are_used_up_are_refused(still):
    model, optimizer = still
    batches = iter([examples()])
    with pytest.raises(ValueError, match="There is no batch"):
        train.fit(model, nn.MSELoss(), optimizer, batches, 2)


def test_a_loss_of_several_numbers_is_refused(still):
    model, optimizer = still
    with pytest.raises(RuntimeError):
        train.step(model, nn.MSELoss(reduction="none"), optimizer, *examples())


def classifier():
    """A network whose result depends on its mode."""
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 8), nn.Dropout(0.5), nn.Linear(8, 4))


def labelled(n):
    X, _ = examples(n)
    return TensorDataset(X, torch.arange(n) % 4)


@pytest.mark.parametrize("batch_size", [1, 7, 50])
def test_evaluate_takes_the_mean_over_the_examples_however_they_are_cut(batch_size):
    model, points = classifier().eval(), labelled(50)
    X, y = points.tensors
    loss, accuracy = train.evaluate(model, data.batches(points, batch_size, shuffle=False))
    assert loss == pytest.approx(nn.functional.cross_entropy(model(X), y).item(), rel=1e-5)
    assert accuracy == pytest.approx((model(X).argmax(1) == y).float().mean().item())


@pytest.mark.parametrize("mode", [True, False])
def test_evaluate_switches_dropout_off_and_gives_the_mode_back(mode):
    model, points = classifier().train(mode), labelled(50)
    first, second = (train.evaluate(model, [points.tensors]) for _ in range(2))
    assert first == second
    assert model.training is mode
    assert all(p.grad is None for p in model.parameters())


def test_evaluate_needs_a_batch():
    with pytest.raises(ValueError, match="no batch"):
        train.evaluate(classifier(), [])
