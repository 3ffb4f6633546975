"""The job by the command of https://pypi.org/project/batchwizard/, which takes files of requests and leaves files of results."""

import contextlib
import io
import json
import os
from pathlib import Path

from job import ENDPOINT, keep, line_of, pages, path, print_figures

from batchwizard.cli import app

for number, page in enumerate(pages()):
    requests, results = path(f"batch-{number}.jsonl"), path(f"results-{number}")
    os.mkdir(results)
    with open(requests, "w") as file:
        for id, text in page:
            file.write(json.dumps(line_of(id, text)) + "\n")
    with contextlib.redirect_stdout(io.StringIO()):
        app(
            ["process", requests, "--output-directory", results, "--check-interval", "0", "--endpoint", ENDPOINT],
            standalone_mode=False,
        )
    for file in Path(results).glob("*_results.jsonl"):
        with open(file) as lines:
            keep(lines)
print_figures()
