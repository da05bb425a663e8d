"""The command `python -m bookkit.notebooks` puts the notebooks of the last build on a branch of their own."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from bookkit.addresses import NOTEBOOKS, STUDENTS, TEACHERS, chapters, notebook

from tests.environments import SOMEONE, copy_of_repository
from tests.environments import notebooks_command as run

PATHS = [notebook(page, folder) for page in chapters() for folder in (STUDENTS, TEACHERS)]


def git(folder: Path, *arguments: str) -> str:
    command = [shutil.which("git"), *arguments]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=True, env=os.environ | SOMEONE
    )
    return done.stdout.strip()


@pytest.fixture(scope="module")
def original(tmp_path_factory) -> Path:
    """A copy of the repository."""
    return copy_of_repository(tmp_path_factory.mktemp("original"), "main")


@pytest.fixture
def clone(original, tmp_path) -> Path:
    """A clone of a repository of its own, with what stands for the notebooks of a build."""
    origin, folder = tmp_path / "origin", tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--bare", str(original), str(origin))
    git(tmp_path, "clone", "--quiet", str(origin), str(folder))
    for path in [*PATHS, "as-run/xor.ipynb"]:
        write(folder, path, "{}")
    return folder


def write(folder: Path, path: str, text: str) -> None:
    """Let a notebook of the build have a text."""
    target = folder / "_build" / "notebooks" / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)


def test_the_branch_has_the_notebooks_and_what_binder_needs(clone):
    result = run(clone)
    assert (result.returncode, result.stderr) == (0, "")
    tip = git(clone, "rev-parse", NOTEBOOKS)
    assert result.stdout == f"The branch {NOTEBOOKS} is at {tip[:9]}.\n"
    found = set(git(clone, "ls-tree", "-r", "--name-only", NOTEBOOKS).splitlines())
    assert found >= {*PATHS, ".binder/postBuild", "requirements.txt", "code/nnbook/__init__.py", "LICENSE"}
    assert not any(name.startswith(("book/", "tests/", "as-run/", "_build/")) for name in found)
    assert git(clone, "ls-tree", NOTEBOOKS, ".binder/postBuild").startswith("100755")


def test_files_and_branch_that_one_works_on_stay_as_they_are(clone):
    (clone / "README.md").write_text("Changed.")
    git(clone, "add", "README.md")
    (clone / "LICENSE").write_text("Changed and not added.")
    before = [git(clone, *words) for words in (["status", "--porcelain"], ["rev-parse", "HEAD"], ["branch"])]
    assert run(clone).returncode == 0
    after = [git(clone, *words) for words in (["status", "--porcelain"], ["rev-parse", "HEAD"])]
    assert after == before[:2]
    assert git(clone, "branch", "--show-current") == "main"


def test_a_commit_follows_a_change_and_nothing_else(clone):
    run(clone)
    first = git(clone, "rev-parse", NOTEBOOKS)
    run(clone)
    assert git(clone, "rev-parse", NOTEBOOKS) == first
    write(clone, PATHS[0], '{"a": 1}')
    run(clone)
    assert git(clone, "rev-parse", f"{NOTEBOOKS}^") == first
    assert git(clone, "show", f"{NOTEBOOKS}:{PATHS[0]}") == '{"a": 1}'
    assert git(clone, "diff", "--name-only", first, NOTEBOOKS) == PATHS[0]


def test_nothing_is_pushed_unless_asked_and_then_on_top_of_what_is_there(clone, tmp_path):
    run(clone)
    assert git(clone, "ls-remote", "origin", NOTEBOOKS) == ""
    assert run(clone, "--push").returncode == 0
    tip = git(clone, "rev-parse", NOTEBOOKS)
    assert git(clone, "ls-remote", "origin", NOTEBOOKS).split()[0] == tip

    # A new clone, as a workflow has, knows nothing of the branch; an old one is behind after that.
    other = tmp_path / "other"
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{tmp_path}/origin", str(other))
    shutil.copytree(clone / "_build", other / "_build")
    write(other, PATHS[0], '{"a": 1}')
    assert run(other, "--push").returncode == 0
    assert git(other, "rev-parse", f"{NOTEBOOKS}^") == tip
    write(clone, PATHS[0], '{"a": 2}')
    assert run(clone, "--push").returncode == 0
    assert git(clone, "rev-parse", f"{NOTEBOOKS}^") == git(other, "rev-parse", NOTEBOOKS)
    assert git(clone, "ls-remote", "origin", NOTEBOOKS).split()[0] == git(clone, "rev-parse", NOTEBOOKS)


def test_without_a_build_it_says_in_a_sentence_what_to_do(clone):
    (clone / "_build" / "notebooks" / PATHS[0]).unlink()
    result = run(clone)
    assert result.returncode == 1
    folder = clone / "_build" / "notebooks"
    assert result.stderr == f"{folder} lacks {PATHS[0]}: run `jupyter-book build .` first.\n"
    assert git(clone, "branch", "--list", NOTEBOOKS) == ""


def test_outside_of_a_repository_git_says_so(clone):
    shutil.rmtree(clone / ".git")
    result = run(clone)
    assert result.returncode == 1
    assert result.stderr.startswith("git ls-files: fatal: not a git repository")
