"""Published runs are read as they were printed, and digits in common are counted."""

import pytest
import torch
from nnbook import published, toy
from nnbook.published import runs
from nnbook.published.__main__ import RUNS, main
from torch import nn
from torch.nn import functional as F

EPOCHS = {
    "mnist_from_scratch": 40,
    "mnist_with_nn": 40,
    "noisy_cubic_50000_epochs": 20,
    "xor_2_2_1": 4,
    "cos_square_all_points": 7,
    "cos_square_split_by_position": 8,
    "cos_square_split_by_position_weight_decay": 8,
    "cos_square_loaders": 20,
    "mnist_relu_and_decay": 10,
}


def test_tables_are_whole_and_have_the_printed_digits():
    files = {path.stem for path in (published.HERE / "theirs").iterdir()}
    assert files == EPOCHS.keys()
    assert {name: len(published.table(name)) for name in EPOCHS} == EPOCHS
    first = published.table("mnist_from_scratch")[1]
    assert first == {
        "training_loss": "0.4941",
        "validation_loss_by_batch": "0.3285",
        "validation_accuracy": "0.9156",
    }
    assert published.table("mnist_from_scratch")[10]["validation_accuracy"] == "0.9700"
    assert published.table("noisy_cubic_50000_epochs")[50_000] == {"sum_of_four_batch_losses": "362"}


def test_what_is_not_there_is_said():
    with pytest.raises(FileNotFoundError):
        published.table("mnist_from_memory")


@pytest.mark.parametrize(
    ("printed", "n"), [("0.4941", 4), ("0.0970", 3), ("362", 3), ("872.3", 4), ("2.2969", 5), ("0.9700", 4)]
)
def test_digits_are_counted_as_printed(printed, n):
    assert published.n_digits(printed) == n


@pytest.mark.parametrize(
    ("printed", "ours", "n"),
    [
        ("0.4941", 0.49409, 4),
        ("0.4941", 0.49416, 3),  # rounds to 0.4942
        ("0.4941", 0.4961, 1),  # 0.49 and 0.50, but 0.5 both
        ("0.4941", 0.6, 0),
        ("0.0171", 0.01712, 3),
        ("0.9700", 0.97, 4),
        ("0.0949", 0.0951, 2),  # 0.095 both, though 0.09 and 0.1
        ("362", 361.6, 3),
        ("362", 358.0, 2),
        ("362", 3620.0, 0),
        ("1.7", -1.7, 0),
    ],
)
def test_digits_in_common(printed, ours, n):
    assert published.digits_in_common(printed, ours) == n


def test_a_number_of_ours_is_written_as_the_published_one():
    assert published.as_printed("0.4941", 0.5) == "0.5000"
    assert published.as_printed("362", 303.26) == "303"


def test_a_run_beside_the_published_one():
    ours = {
        epoch: [float(text) for text in row.values()]
        for epoch, row in published.table("mnist_from_scratch").items()
    }
    ours[3][1] += 0.0021
    texts = published.beside("mnist_from_scratch", ours, show=[3])
    assert texts == {
        "mnist_from_scratch-3-0-published": "0.2140",
        "mnist_from_scratch-3-0": "0.2140",
        "mnist_from_scratch-3-0-digits": "4 of 4",
        "mnist_from_scratch-3-1-published": "0.2177",
        "mnist_from_scratch-3-1": "0.2198",
        "mnist_from_scratch-3-1-digits": "2 of 4",
        "mnist_from_scratch-3-2-published": "0.9460",
        "mnist_from_scratch-3-2": "0.9460",
        "mnist_from_scratch-3-2-digits": "4 of 4",
        "mnist_from_scratch-same": "119",
        "mnist_from_scratch-all": "120",
        "mnist_from_scratch-off": "0.0021",
    }


@pytest.mark.parametrize(("shift", "place"), [(0, "within"), (200, "below"), (-200, "above")])
def test_a_number_without_a_seed_beside_several_starts(shift, place):
    ours = [300.2 + shift, 361.7 + shift, 400.0 + shift]
    texts = published.beside_starts("noisy_cubic_50000_epochs", 50_000, 0, ours)
    key = "noisy_cubic_50000_epochs-50000-0-"
    assert texts[f"{key}published"] == "362"
    assert texts[f"{key}median"] == f"{ours[1]:.0f}"
    assert (texts[f"{key}low"], texts[f"{key}high"]) == (f"{ours[0]:.0f}", f"{ours[2]:.0f}")
    assert texts[f"{key}digits"] == ("3 of 3" if shift == 0 else "0 of 3")
    assert texts[f"{key}place"] == place


def test_runs_side_by_side_are_the_runs_alone():
    """The second of two networks has the first losses of an `nn.Sequential` drawn after its seed."""
    X, y = toy.noisy_cubic()
    torch.manual_seed(1)
    hidden = [layer for d in (1, 10, 10) for layer in (nn.Linear(d, 10), nn.ReLU())]
    alone = nn.Sequential(*hidden, nn.Linear(10, 1))
    optimizer = torch.optim.Adam(alone.parameters(), lr=1e-4)
    torch.manual_seed(0)
    sums = []
    for _ in range(3):
        order = torch.rand(2, 100).argsort(1)[1]
        losses = []
        for batch in order.split(25):
            losses.append(F.mse_loss(alone(X[batch]), y[batch]))
            optimizer.zero_grad()
            losses[-1].backward()
            optimizer.step()
        sums.append(sum(losses).item())
    rows = dict(runs.noisy_cubic(n_epochs=3, n_starts=2, every=1))
    assert list(rows) == [1, 2, 3]
    assert [row[1] for row in rows.values()] == pytest.approx(sums, rel=1e-4)


@pytest.mark.parametrize(
    ("run", "shown"), [("noisy-cubic", 0), ("cos-square-loaders", 1), ("mnist-with-nn", 1)]
)
def test_a_command_prints_a_file_that_the_page_can_read(run, shown, capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("NNBOOK_DATA", "subset")
    main([run, "--epochs", "1"])
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "new.csv").write_text(capsys.readouterr().out)
    monkeypatch.setattr(published, "HERE", tmp_path)
    rows = published.table("new", "ours")
    assert len(rows) == shown  # of the noisy cubic every 2,500th epoch
    assert all(list(row) == RUNS[run][1] for row in rows.values())
    assert f"PyTorch {torch.__version__.split('+')[0]}" in published.made_with("new")


def test_our_runs_are_there_and_have_the_rows_of_the_published_ones():
    for name in ("noisy_cubic_50000_epochs", "cos_square_loaders", "mnist_with_nn"):
        assert published.table(name, "ours").keys() == published.table(name).keys()
