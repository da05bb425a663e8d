"""The command that tries Pythons and releases, with Pythons that only say what real ones would."""

import os
import re
import shutil
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement

from tests import pythons, versions
from tests.building import ROOT

# It answers to the commands that tests.versions gives, and fails where the name of its folder says so.
FAKE = """#!/bin/sh
case "$*" in
  *platform.python_version*) echo "cpython {version}" ;;
  "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && cp "$0" "$3/bin/jupyter-book" ;;
  "-m pip install"*) echo "$@" > {told}/"$(basename "$(dirname "$6")")"
    case {version} in *.7) echo "ERROR: No matching distribution | here"; exit 1 ;; esac ;;
  "pip install --python "*) echo "$@" > {told}/uv ;;
  *"-m pytest"*) echo "12 passed, 1 skipped in 3.21s" ;;
  *importlib.metadata*) echo '[["Sphinx", "7.4.9"], ["torch", "2.13.0+cpu"], ["sphinx-design", "0.8.0"]]' ;;
  "build . "*) echo "reading, on $NNBOOK_DATA"
    case {version} in *.9) echo "a.md:3: WARNING: old"; echo "ERROR: late"; exit 1 ;; esac ;;
  *) echo "not expected: $*"; exit 2 ;;
esac
"""
PINS = {
    "Sphinx": "7.4.7",
    "torch": "2.13.0",
    "torchvision": "0.28.0",
    "sphinx_design": "0.8.0",
    "jupyter-book": "1.0.4",
}
pytestmark = pytest.mark.skipif(os.name == "nt", reason="the false Pythons are shell scripts")


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A function that puts a false Python into a folder of this machine, which has no others and no uv.

    What each was told to install stands in the folder `told`.
    """

    def put(place: str, version: str) -> None:
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(FAKE.format(version=version, told=tmp_path / "told"))
        path.chmod(0o755)

    def which(name: str) -> str | None:
        return str(tmp_path / "bin" / name) if (tmp_path / "bin" / name).exists() else None

    (tmp_path / "told").mkdir()
    real = pythons.candidates
    monkeypatch.setattr(pythons, "candidates", lambda: [path for path in real() if tmp_path in path.parents])
    monkeypatch.setattr(shutil, "which", which)
    monkeypatch.setattr(versions, "pins", lambda: PINS)
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("PATH", os.pathsep.join([str(tmp_path / "bin"), "/usr/bin", "/bin"]))
    return put


def test_newest_patch_of_each_minor_version_is_found_on_the_path_and_in_pyenv(machine, tmp_path):
    places = {
        **{"bin/python3.11": "3.11.2", "pyenv/versions/3.11.9/bin/python": "3.11.9"},
        **{"bin/python3.12": "3.12.4", "pyenv/versions/3.10.1/bin/python": "3.10.1"},
        **{"bin/python3.14": "3.14.0rc1", "bin/python3.13-config": "3.13.1"},
    }
    for place, version in places.items():
        machine(place, version)
    found = {name: str(path.relative_to(tmp_path)) for name, path in pythons.pythons([]).items()}
    assert found == {"3.11.9": "pyenv/versions/3.11.9/bin/python", "3.12.4": "bin/python3.12"}
    assert list(pythons.pythons(["3.12"])) == ["3.12.4"]
    with pytest.raises(SystemExit, match=r"not found: Python 3\.13; found: 3\.11, 3\.12"):
        pythons.pythons(["3.13", "3.12"])


def test_a_shim_that_leads_nowhere_is_no_python(machine, tmp_path):
    machine("bin/python3.12", "3.12.4")
    shim = tmp_path / "bin" / "python3.12"
    shim.write_text("#!/bin/sh\necho 'pyenv: command not found'; exit 127\n")
    assert pythons.version_of(shim) is None
    assert pythons.version_of(tmp_path / "none") is None


def test_every_row_is_filled_in_although_some_fail(machine, tmp_path, capsys):
    for minor, version in {"3.11": "3.11.7", "3.12": "3.12.9", "3.13": "3.13.4"}.items():
        machine(f"bin/python{minor}", version)
    assert versions.main(["--output", str(tmp_path / "table.md")]) == 1
    rows = [line[2:-2].split(" | ") for line in (tmp_path / "table.md").read_text().splitlines()]
    missing = "not installed: ERROR: No matching distribution   here"
    old = "failed: a.md:3: WARNING: old"
    assert [row[:4] for row in rows[2:]] == [
        *[["3.11.7", choice, missing, "–"] for choice in ("pins", "newest")],
        *[["3.12.9", choice, "12 passed, 1 skipped", old] for choice in ("pins", "newest")],
        *[["3.13.4", choice, "12 passed, 1 skipped", "ok"] for choice in ("pins", "newest")],
    ]
    assert {row[5] for row in rows[4:]} == {"sphinx 7.4.9"}
    assert (tmp_path / "table.md").read_text() in capsys.readouterr().out


@pytest.mark.parametrize(("options", "status"), [(["--newest"], 0), (["--pins"], 1), ([], 1)])
def test_only_a_failure_with_the_pins_fails_the_command(machine, options, status):
    machine("bin/python3.12", "3.12.9")
    assert versions.main(options) == status


def test_pins_are_installed_as_they_stand_and_newest_without_versions(machine, tmp_path):
    machine("bin/python3.13", "3.13.4")
    kept = tmp_path / "kept"
    (kept / "3.13.4-pins/_build/html").mkdir(parents=True)
    assert versions.main(["--python", "3.13", "--keep", str(kept)]) == 0
    assert {path.name for path in (tmp_path / "told").iterdir()} == {"3.13.4-pins", "3.13.4-newest"}
    told = {path.name: path.read_text() for path in (tmp_path / "told").iterdir()}
    assert told["3.13.4-pins"].endswith(
        f" -e {ROOT} " + " ".join(f"{name}=={PINS[name]}" for name in PINS) + "\n"
    )
    free = "Sphinx torch==2.13.0 torchvision==0.28.0 sphinx_design jupyter-book"
    assert told["3.13.4-newest"].endswith(f" -e {ROOT} {free}\n")
    assert (kept / "3.13.4-pins/held.txt").read_text() == ""
    assert "jupyter-book<2" in (kept / "3.13.4-newest/held.txt").read_text().splitlines()
    assert not (kept / "3.13.4-pins/_build").exists(), "the site of the last time was built upon"
    assert (kept / "3.13.4-newest/build.log").read_text() == "reading, on subset\n"


def test_uv_brings_the_build_of_torch_for_cpus(machine, tmp_path):
    machine("bin/python3.13", "3.13.4")
    machine("bin/uv", "none")
    assert versions.main(["--pins"]) == 0
    told = (tmp_path / "told" / "uv").read_text().split()
    assert told[-4:] == ["--torch-backend", "cpu", "torch==2.13.0", "torchvision==0.28.0"]


def test_torch_is_among_the_newest_if_asked_for(monkeypatch):
    monkeypatch.setattr(versions, "pins", lambda: PINS)
    assert versions.requirements("newest", torch=True) == list(PINS)


def test_what_is_held_back_is_pinned_below_that():
    """A pin that has passed a bound would make the newest releases older than the pins."""
    pinned = {versions.plain(name): version for name, version in versions.pins().items()}
    for line in versions.HELD:
        held = Requirement(line)
        assert held.specifier.contains(pinned[held.name]), line


def test_pythons_that_are_claimed_are_those_of_the_weekly_run():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    claimed = [name.rpartition(" ")[2] for name in project["classifiers"] if re.search(r":: 3\.\d+$", name)]
    (job,) = yaml.safe_load((ROOT / ".github/workflows/weekly.yml").read_text())["jobs"].values()
    assert job["strategy"]["matrix"]["python"] == claimed
    assert project["requires-python"] == f">={claimed[0]}" == f">={pythons.dotted(pythons.OLDEST)}"
