"""The workflows are valid, and what they change in `_config.yml` is what they mean to change."""

import os
import re
import shutil
import subprocess
import sys

import pytest
import yaml

from tests.building import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_workflow_follows_the_public_schema(workflow):
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.github-workflows",
        workflow,
    ]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_an_action_is_a_commit_and_not_a_tag_that_can_be_moved(workflow):
    uses = re.findall(r"^ *(?:- )?uses: *(.*)$", workflow.read_text(), re.MULTILINE)
    assert len(uses) == workflow.read_text().count("uses:") > 0
    assert [
        use for use in uses if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use)
    ] == []


# What a job may do besides reading: publish the site, push the branch of the notebooks.
MAY_WRITE = {"deploy": {"pages": "write", "id-token": "write"}, "notebooks": {"contents": "write"}}


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_read_and_only_the_job_that_publishes_may_write(workflow):
    content = yaml.safe_load(workflow.read_text())
    assert content["permissions"] == {"contents": "read"}
    for name, job in content["jobs"].items():
        assert job.get("permissions") == MAY_WRITE.get(name)
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):  # else the token stays in .git/config
                pushes = job.get("permissions", {}).get("contents") == "write"
                assert pushes or step["with"]["persist-credentials"] is False


def test_one_commit_is_one_version():
    used = {}
    for workflow in WORKFLOWS:
        for action, version in re.findall(r"uses: *(\S+@\S+) # (\S+)", workflow.read_text()):
            used.setdefault(action.partition("@")[0], set()).add((action, version))
    assert {action: versions for action, versions in used.items() if len(versions) > 1} == {}


def test_publishing_names_its_own_repository(tmp_path):
    """The command of pages.yml is run on a copy: it replaces the address, and nothing else."""
    steps = yaml.safe_load((ROOT / ".github/workflows/pages.yml").read_text())["jobs"]["build"]["steps"]
    command = next(step["run"] for step in steps if "_config.yml" in step.get("run", ""))
    before = (ROOT / "_config.yml").read_text()
    (tmp_path / "_config.yml").write_text(before)
    environment = {
        **os.environ,
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "someone/fork",
    }
    subprocess.run([shutil.which("bash"), "-euc", command], cwd=tmp_path, env=environment, check=True)

    wanted = yaml.safe_load(before)
    wanted["repository"]["url"] = "https://github.com/someone/fork"
    assert yaml.safe_load((tmp_path / "_config.yml").read_text()) == wanted


def test_ci_runs_the_readme_line_for_tests():
    """CI looks the line up in the README by a pattern; it must find one."""
    pattern = re.search(r"grep -E '(.*)' README.md", (ROOT / ".ci" / "run").read_text())[1]
    lines = [line for line in (ROOT / "README.md").read_text().splitlines() if re.search(pattern, line)]
    assert len(lines) == 1


def test_only_the_job_that_pushes_the_notebooks_may_write_to_the_repository():
    jobs = yaml.safe_load((ROOT / ".github/workflows/pages.yml").read_text())
    assert jobs["permissions"]["contents"] == "read"
    writes = {name for name, job in jobs["jobs"].items() if "contents" in job.get("permissions", {})}
    assert writes == {"notebooks"}
    assert jobs["jobs"]["notebooks"]["permissions"] == {"contents": "write"}
    assert jobs["jobs"]["notebooks"]["needs"] == "build"
    pushes = [step["run"] for step in jobs["jobs"]["notebooks"]["steps"] if "run" in step]
    assert any(run.endswith("python -m bookkit.notebooks --push\n") for run in pushes)
