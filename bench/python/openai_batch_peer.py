"""The job by https://pypi.org/project/openai-batch/."""

import contextlib
import io
import json

from job import API_KEY, BASE_URL, IS_CHAT, POLL_SECONDS, keep, line_of, pages, path, print_figures
from openai_batch.batch import Batch, BatchType
from openai_batch.providers import Provider

provider = Provider(base_url=BASE_URL, api_key=API_KEY)
for number, page in enumerate(pages()):
    requests, output = path(f"batch-{number}.jsonl"), path(f"output-{number}.jsonl")
    # Its own add_to_batch cannot be used: version 0.3.4 closes that file before it reads it.
    with open(requests, "w") as file:
        for id, text in page:
            file.write(json.dumps(line_of(id, text)) + "\n")
    batch = Batch(requests, output, path(f"errors-{number}.jsonl"), provider=provider)
    batch.batch_type = BatchType.CHAT_COMPLETION if IS_CHAT else BatchType.EMBEDDING
    with contextlib.redirect_stdout(io.StringIO()):
        batch.submit_wait_download(interval=POLL_SECONDS)
    with open(output) as lines:
        keep(lines)
print_figures()
