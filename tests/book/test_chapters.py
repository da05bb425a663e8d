"""The chapters as they were run: their numbers are those of the reference."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from nnbook import data

from tests.building import ROOT


def printed(page) -> str:
    """All that the cells of a built page print."""
    soup = BeautifulSoup(page.read_text(), "html.parser")
    return "\n".join(block.get_text() for block in soup.select(".cell_output pre"))


def pages_with_digits() -> list[Path]:
    """The pages whose cells print which images they use."""
    pages = sorted((ROOT / "book").glob("*.md"))
    return [page for page in pages if re.search(r"^print\(data\.mnist_source\(\)\)", page.read_text(), re.M)]


def test_mnist_from_scratch_reproduces_the_reference_table(site):
    if data.mnist_source().name != "full":
        pytest.skip("the reference table is of the full MNIST set; `python -m nnbook data` fetches it")
    rows = re.findall(
        r"^ +(\d+)  ([\d.]+  [\d.]+  [\d.]+)", printed(site / "book/mnist-from-scratch.html"), re.M
    )
    table = dict(rows)
    assert table["1"] == "0.4941  0.3285  0.9156"
    assert table["3"] == "0.2140  0.2177  0.9460"
    last = [float(value) for value in table["40"].split()]
    assert last == pytest.approx([0.017, 0.066, 0.980], abs=1e-3)


@pytest.mark.parametrize("page", [path.stem for path in pages_with_digits()])
def test_every_page_says_which_data_it_used(page, site, subset_site):
    for folder, text in [(site, str(data.mnist_source())), (subset_site, "subset")]:
        words = printed(folder / f"book/{page}.html")
        assert re.search(rf"^Data: .*{re.escape(text.removeprefix('Data: '))}", words, re.M)


def test_there_are_pages_with_digits():
    assert {path.stem for path in pages_with_digits()} >= {"mnist-from-scratch", "convolutions"}
