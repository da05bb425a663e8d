"""What the address of the repository makes of the rest."""

import pytest
from bookkit.addresses import NOTEBOOKS, TEACHERS, Addresses, notebook


@pytest.mark.parametrize(
    ("repository", "site"),
    [
        ("https://github.com/Someone/digits", "https://someone.github.io/digits/"),
        ("https://github.com/someone/digits.git", "https://someone.github.io/digits/"),
        ("https://github.com/someone/someone.github.io", "https://someone.github.io/"),
    ],
)
def test_address_of_the_site(repository, site):
    assert Addresses(repository, "main").site == site


def test_notebooks_open_from_their_branch_and_install_the_package_from_the_other():
    where, path = Addresses("https://github.com/someone/digits", "main"), notebook("book/xor", TEACHERS)
    assert path == "with-solutions/xor.ipynb"
    for address in (where.colab(path), where.binder(path), where.file(path)):
        assert f"/{NOTEBOOKS}" in address
        assert "main" not in address
    assert where.package == "git+https://github.com/someone/digits@main"
