"""What a user writes in an afternoon in Python: the official SDK, SQLite, one step after another.

It does what plain-script.ts does, and has no leases, retries or checkpoints either.
"""

import base64
import json
import os
import resource
import sqlite3
import time

from openai import OpenAI

MODEL = "text-embedding-3-small"
DIMENSIONS = 1536
POLL_SECONDS = 0.1

home = os.environ["BATCHMILL_HOME"]
batch_size = int(os.environ["BATCH_SIZE"])
client = OpenAI(api_key="sk-bench", base_url=os.environ["OPENAI_BASE_URL"])
store = sqlite3.connect(os.path.join(home, "state.db"))
store.execute("PRAGMA journal_mode = WAL")
vectors = sqlite3.connect(os.path.join(home, "vectors.db"))
vectors.execute("PRAGMA journal_mode = WAL")
vectors.execute("CREATE TABLE vectors (key TEXT PRIMARY KEY, block_mongo_id TEXT, block_doc_id TEXT, vector BLOB)")


def mark(ids, status):
    store.executemany("UPDATE chunks SET status = ? WHERE id = ?", [(status, id) for id in ids])
    store.commit()


def build(page, number):
    path = os.path.join(home, f"batch-{number}.jsonl")
    with open(path, "w") as file:
        for id, _, text in page:
            body = {"model": MODEL, "input": text, "dimensions": DIMENSIONS, "encoding_format": "base64"}
            line = {"custom_id": f"embeddings_{id}", "method": "POST", "url": "/v1/embeddings", "body": body}
            file.write(json.dumps(line) + "\n")
    return path


def submit(path):
    with open(path, "rb") as file:
        uploaded = client.files.create(purpose="batch", file=file)
    batch = client.batches.create(
        input_file_id=uploaded.id, endpoint="/v1/embeddings", completion_window="24h"
    )
    return batch.id


def settled(batch_id):
    while True:
        batch = client.batches.retrieve(batch_id)
        if batch.status == "completed" and batch.output_file_id is not None:
            return batch.output_file_id
        if batch.status in ("completed", "failed", "expired", "cancelled"):
            raise RuntimeError(f"{batch_id}: {batch.status}")
        time.sleep(POLL_SECONDS)


def ingest(books, file_id):
    rows = []
    for line in client.files.content(file_id).text.splitlines():
        result = json.loads(line)
        id = result["custom_id"].removeprefix("embeddings_")
        vector = base64.b64decode(result["response"]["body"]["data"][0]["embedding"])
        rows.append((id, id, books[id], vector))
    vectors.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)", rows)
    vectors.commit()
    mark([row[0] for row in rows], "completed")
    return len(rows)


sent = []
after = ""
while True:
    page = store.execute(
        "SELECT id, book, text FROM chunks WHERE status IS NULL AND id > ? ORDER BY id LIMIT ?", (after, batch_size)
    ).fetchall()
    if not page:
        break
    after = page[-1][0]
    mark([row[0] for row in page], "in_progress")
    sent.append((submit(build(page, len(sent))), {id: book for id, book, _ in page}))

done = sum(ingest(books, settled(batch_id)) for batch_id, books in sent)
(count,) = vectors.execute("SELECT count(*) FROM vectors").fetchone()
store.close()
vectors.close()
usage = resource.getrusage(resource.RUSAGE_SELF)
result = {
    "documents": done,
    "vectors": count,
    "peakBytes": usage.ru_maxrss * 1024,
    "cpuMs": (usage.ru_utime + usage.ru_stime) * 1000,
    "stagesMs": {},
}
print(json.dumps(result))
