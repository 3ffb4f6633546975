"""What a user writes in an afternoon in Python, with the official SDK: one step after another, no retries, no checkpoints."""

import json
import time

from job import API_KEY, BASE_URL, ENDPOINT, POLL_SECONDS, keep, line_of, pages, path, print_figures
from openai import OpenAI

client = OpenAI(api_key=API_KEY, base_url=BASE_URL)


def submit(page, number):
    name = path(f"batch-{number}.jsonl")
    with open(name, "w") as file:
        for id, text in page:
            file.write(json.dumps(line_of(id, text)) + "\n")
    with open(name, "rb") as file:
        uploaded = client.files.create(purpose="batch", file=file)
    return client.batches.create(input_file_id=uploaded.id, endpoint=ENDPOINT, completion_window="24h").id


def settled(batch_id):
    while True:
        batch = client.batches.retrieve(batch_id)
        if batch.status == "completed" and batch.output_file_id is not None:
            return batch.output_file_id
        if batch.status in ("completed", "failed", "expired", "cancelled"):
            raise RuntimeError(f"{batch_id}: {batch.status}")
        time.sleep(POLL_SECONDS)


sent = [submit(page, number) for number, page in enumerate(pages())]
for batch_id in sent:
    keep(client.files.content(settled(batch_id)).text.splitlines())
print_figures()
