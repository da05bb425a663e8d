"""The instruments, against networks whose answers are known and against the chapter that builds them."""

import math

import jupytext
import pytest
import torch
from nnbook import diagnose, patients, train
from torch import nn
from torch.nn import functional as F

from tests.building import ROOT

CHAPTER = ROOT / "book/when-training-fails.md"
BUILT = ("first_loss", "classes_named", "step_report", "outputs", "statistics", "dead_fraction", "overfit")


def examples(n=12, d=6, K=3):
    generator = torch.Generator().manual_seed(0)
    return torch.rand(n, d, generator=generator), torch.arange(n) % K


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 3))


def with_modes():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 3))


def sgd(model, lr=0.1):
    return torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)


def state(model):
    return torch.cat([value.double().flatten() for value in model.state_dict().values()])


@pytest.fixture(scope="module")
def chapter() -> dict:
    """The functions as the chapter writes them."""
    names = {"torch": torch, "nn": nn, "F": F, "math": math, "step": train.step}
    for cell in jupytext.read(CHAPTER, fmt="md:myst").cells:
        starts = ("def ", "@torch.no_grad()\ndef ")
        if cell.cell_type == "code" and cell.source.startswith(starts):
            source = cell.source.split("\n\n\n")[0]
            if any(f"def {name}(" in source for name in BUILT):
                exec(source, names)
    return names


def test_the_chapter_has_the_same_instruments(chapter):
    X, y = examples()
    for name in ("first_loss", "classes_named", "statistics", "dead_fraction"):
        arguments = (network(), X, y) if name == "first_loss" else (network(), X)
        assert chapter[name](*arguments) == getattr(diagnose, name)(*arguments), name
    theirs, ours = chapter["outputs"](network(), X), diagnose.outputs(network(), X)
    assert theirs.keys() == ours.keys()
    assert all(torch.equal(theirs[name], ours[name]) for name in ours)


def test_the_chapter_takes_the_same_steps(chapter):
    X, y = examples()
    reports, losses = [], []
    for step_report, overfit in (
        (chapter["step_report"], chapter["overfit"]),
        (diagnose.step_report, diagnose.overfit),
    ):
        model = network()
        optimizer = sgd(model)
        reports.append(
            step_report(model, lambda m=model, o=optimizer: train.step(m, F.cross_entropy, o, X, y))
        )
        losses.append(overfit(model, F.cross_entropy, optimizer, X, y, n_steps=20))
    assert reports[0] == reports[1]
    assert losses[0] == losses[1]


def test_equal_scores_have_the_first_loss_ln_k():
    model = network()
    nn.init.zeros_(model[4].weight)
    nn.init.zeros_(model[4].bias)
    loss, chance = diagnose.first_loss(model, *examples())
    assert loss == pytest.approx(chance) == pytest.approx(math.log(3))


def test_classes_named_counts_all_classes():
    model = network()
    nn.init.zeros_(model[4].weight)
    with torch.no_grad():
        model[4].bias.copy_(torch.tensor([0.0, 1.0, 0.5]))
    assert diagnose.classes_named(model, examples()[0]) == [0, 12, 0]


def test_outputs_are_those_of_each_part():
    model, (X, _) = network(), examples()
    found = diagnose.outputs(model, X)
    assert list(found) == ["0", "1", "2", "3", "4"]
    for k in range(5):
        torch.testing.assert_close(found[str(k)], model[: k + 1](X).detach())


def test_outputs_are_from_before_a_part_that_works_in_place():
    plain, (X, _) = network(), examples()
    in_place = nn.Sequential(*(nn.ReLU(inplace=True) if isinstance(p, nn.ReLU) else p for p in plain))
    assert (diagnose.outputs(in_place, X)["0"] < 0).any()


def test_parts_within_parts_have_their_whole_names():
    model = nn.Sequential(network(), nn.Linear(3, 2))
    assert "0.2" in diagnose.outputs(model, examples()[0])


def test_hooks_are_removed_also_after_an_error():
    model, (X, _) = network(), examples()
    diagnose.outputs(model, X)
    with pytest.raises(RuntimeError):
        diagnose.outputs(model, X[:, :2])
    assert all(not part._forward_hooks for part in model.modules())
    assert model.training


@pytest.mark.parametrize("mode", [True, False])
def test_looking_changes_nothing(mode):
    model, (X, y) = with_modes().train(mode), examples()
    before = state(model)
    diagnose.first_loss(model, X, y)
    diagnose.classes_named(model, X)
    diagnose.statistics(model, X)
    diagnose.dead_fraction(model, X)
    assert torch.equal(state(model), before)
    assert model.training is mode
    assert all(part.training is mode for part in model.modules())
    assert all(p.grad is None for p in model.parameters())


def test_size_and_spread_of_known_outputs():
    model = nn.Sequential(nn.Identity())
    X = torch.tensor([[3.0, 1.0], [3.0, -1.0]])  # the first unit never changes
    size, spread = diagnose.statistics(model, X)["0"]
    assert size == pytest.approx(math.sqrt((9 + 1 + 9 + 1) / 4))
    assert spread == pytest.approx(math.sqrt((0 + 1) / 2))


def test_dead_units_are_counted_by_layer():
    model = network()
    with torch.no_grad():
        model[0].bias[:2] = -100.0
        model[2].bias[:] = -100.0
    found = diagnose.dead_fraction(model, examples()[0])
    assert list(found) == ["1", "3"]
    assert found["1"] >= 2 / 8
    assert found["3"] == 1.0


def test_a_unit_that_wakes_for_one_example_is_not_dead():
    model = nn.Sequential(nn.ReLU())
    X = -torch.ones(5, 2)
    X[3, 0] = 1.0
    assert diagnose.dead_fraction(model, X) == {"0": 0.5}


def test_a_step_of_plain_descent_has_the_update_rate_times_gradient():
    model, (X, y) = network(), examples()
    before = {name: p.detach().norm().item() for name, p in model.named_parameters()}
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
    report = diagnose.step_report(model, lambda: train.step(model, F.cross_entropy, optimizer, X, y))
    assert list(report) == list(before)
    for name, (norm, update) in report.items():
        assert norm == pytest.approx(dict(model.named_parameters())[name].grad.norm().item())
        assert update == pytest.approx(0.2 * norm / before[name], rel=1e-3, abs=1e-7)


def test_a_parameter_without_gradient_has_the_norm_0():
    model, (X, y) = network(), examples()
    model[0].weight.requires_grad_(False)
    optimizer = sgd(model)
    report = diagnose.step_report(model, lambda: train.step(model, F.cross_entropy, optimizer, X, y))
    assert report["0.weight"] == (0.0, 0.0)


def test_ten_examples_are_learned_by_heart():
    model, (X, y) = network(), examples(10)
    assert diagnose.overfit(model, F.cross_entropy, sgd(model), X, y, n_steps=1500) < 0.05


def test_overfit_returns_the_loss_before_the_last_step():
    model, (X, y) = network(), examples()
    want = F.cross_entropy(model(X), y).item()
    assert diagnose.overfit(model, F.cross_entropy, sgd(model), X, y, n_steps=1) == want


def test_overfit_needs_a_step():
    model = network()
    with pytest.raises(ValueError, match="needs a step"):
        diagnose.overfit(model, F.cross_entropy, sgd(model), *examples(), n_steps=0)


@pytest.mark.parametrize("name", patients.NAMES)
def test_a_patient_is_always_the_same_and_leaves_the_random_numbers_alone(name):
    torch.manual_seed(3)
    want = torch.rand(1)
    torch.manual_seed(3)
    (one, _, _, batches), (other, _, _, again) = patients.patient(name), patients.patient(name)
    assert torch.equal(torch.rand(1), want)
    assert torch.equal(state(one), state(other))
    assert all(torch.equal(y, y_2) for (_, y), (_, y_2) in zip(batches, again, strict=True))


@pytest.mark.parametrize("name", patients.NAMES)
def test_a_patient_does_not_learn_what_a_healthy_network_learns(name):
    model, loss_fn, optimizer, batches = patients.patient(name)
    images, labels = patients.mnist().tensors
    X, y = images[: patients.N_IMAGES].flatten(1), labels[: patients.N_IMAGES]
    train.fit(model, loss_fn, optimizer, batches, 5)
    assert train.evaluate(model, [(X, y)])[1] < 0.6


def test_only_known_patients_come():
    for name in ("E", "AB", ""):
        with pytest.raises(ValueError, match="There is no patient"):
            patients.patient(name)
