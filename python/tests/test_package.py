import json
import re

from support import ROOT


def test_the_version_is_that_of_the_whole_project():
    own = re.search(r'^version = "(.*)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert own[1] == json.loads((ROOT.parent / "package.json").read_text())["version"]
