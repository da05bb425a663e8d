"""Only what a change concerns is run, read and written again, and yet nothing is missed."""

from tests.bookkit.small_book import add, cell, fails, kept, make, read_and_written, replace, run, succeeds
from tests.building import STRICT


def test_a_book_that_did_not_change_is_neither_run_nor_read_again(book, good):
    assert "MNIST subset" in succeeds(make(book, *STRICT))
    assert run(book) == run(good)
    assert "no targets are out of date" in succeeds(make(book, *STRICT))


def test_a_change_of_prose_runs_nothing_and_reads_that_page_alone(settled):
    before = run(settled)
    add(settled, "figure.md", "A word.")
    read, written = read_and_written(succeeds(make(settled, *STRICT)))
    assert (read, written) == (
        {"figure"},
        {"figure", "index"},
    )  # Sphinx writes the page with the contents too
    replace(settled, "book/figure.md", "caption: A parabola.", "caption: One parabola.")
    assert read_and_written(succeeds(make(settled, *STRICT)))[0] == {"figure"}
    assert len(kept(settled)) == 2
    assert "One parabola." in (settled / "_build/html/book/figure.html").read_text()
    assert run(settled) == before


def test_a_change_of_one_page_runs_that_page_alone(settled):
    before, runs = run(settled), kept(settled)
    replace(settled, "book/figure.md", "[4, 1, 0, 1, 4]", "[5, 1, 0, 1, 5]")
    log = succeeds(make(settled, *STRICT))
    assert "book/figure is run: its cells have changed" in log
    assert run(settled) == before
    assert len(kept(settled) - runs) == 1


def test_a_change_of_a_module_runs_the_pages_that_import_it_however_indirectly(settled):
    replace(settled, "book/figure.md", "plt.plot(", "from nnbook import plot\n\nplt.plot(")
    (settled / "code/nnbook/extra.py").write_text("VALUE = 1\n")
    with (settled / "code/nnbook/plot.py").open("a") as file:
        file.write("\nfrom nnbook import extra\n")
    succeeds(make(settled, *STRICT))
    before = run(settled)
    (settled / "code/nnbook/extra.py").write_text("VALUE = 2\n")
    log = succeeds(make(settled, *STRICT))
    assert "book/figure is run: code/nnbook/extra.py has changed" in log
    assert run(settled) == before
    (settled / "code/nnbook/extra.py").write_text("VALUE = 1\n")  # and back: that run is kept
    assert "is run" not in succeeds(make(settled, *STRICT))


def test_what_points_to_a_change_is_written_again_and_nothing_else(settled):
    replace(settled, "book/page.md", "# A page", "# Another page")
    _, written = read_and_written(succeeds(make(settled, *STRICT)))
    assert written == {"index", "figure", "page"}  # a title stands in every sidebar
    replace(settled, "book/page.md", ":label: square", ":label: square-of-x")
    log = fails(make(settled, *STRICT))
    assert "equation not found: square" in log
    assert read_and_written(log) == ({"page"}, {"page", "index"})
    replace(settled, "book/index.md", "{eq}`square`", "{eq}`square-of-x`")
    assert read_and_written(succeeds(make(settled, *STRICT))) == ({"index"}, {"index"})


def test_a_page_that_quotes_the_run_of_another_is_written_again_when_that_is_run_again(settled):
    add(settled, "page.md", cell('from myst_nb import glue\n\nglue("most", "12 of 13", display=False)'))
    replace(settled, "book/figure.md", "{ref}`a page <page>`", "{glue:text}`page.md::most:s`")
    succeeds(make(settled, *STRICT))
    figure = settled / "_build/html/book/figure.html"
    assert "12 of 13" in figure.read_text()
    replace(settled, "book/page.md", "12 of 13", "11 of 13")
    read, written = read_and_written(succeeds(make(settled, *STRICT)))
    assert (read, written) == ({"page"}, {"page", "index", "figure"})
    assert "11 of 13" in figure.read_text()


def test_a_change_of_style_writes_all_pages_and_reads_none(settled):
    with (settled / "book/_style/page.css").open("a") as file:
        file.write("\n.a-change { color: red; }\n")
    read, written = read_and_written(succeeds(make(settled, *STRICT)))
    assert (read, written) == (set(), {"index", "figure", "page"})
    assert ".a-change" in (settled / "_build/html/_static/book.css").read_text()


def test_a_build_that_ends_while_it_writes_is_finished_by_the_next(settled):
    add(settled, "page.md", "A word.")
    succeeds(make(settled, *STRICT))
    state = settled / "_build/.doctrees/again.json"
    state.write_text(state.read_text().replace('"written": true', '"written": false'))
    assert read_and_written(succeeds(make(settled, *STRICT)))[1] == {"index", "figure", "page"}
    assert "no targets are out of date" in succeeds(make(settled, *STRICT))
