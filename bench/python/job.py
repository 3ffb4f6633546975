"""What the scripts share: the documents, a request for each, the answers kept in SQLite, and the figures of the process."""

import base64
import json
import os
import resource
import sqlite3

HOME = os.environ["BATCHMILL_HOME"]
BASE_URL = os.environ["OPENAI_BASE_URL"]
API_KEY = os.environ["OPENAI_API_KEY"]
BATCH_SIZE = int(os.environ["BATCH_SIZE"])
IS_CHAT = os.environ["BENCH_JOB"] == "chats"
ENDPOINT = "/v1/chat/completions" if IS_CHAT else "/v1/embeddings"
POLL_SECONDS = 0.1

_store = sqlite3.connect(os.path.join(HOME, "state.db"))
_store.execute("PRAGMA journal_mode = WAL")
_store.execute("CREATE TABLE answers (id TEXT PRIMARY KEY, answer BLOB)")


def path(name):
    return os.path.join(HOME, name)


def pages():
    """Pages of a batch's size of the documents that are not done, marked as in progress: pairs of id and text."""
    after = ""
    while True:
        page = _store.execute(
            "SELECT id, text FROM chunks WHERE status IS NULL AND id > ? ORDER BY id LIMIT ?", (after, BATCH_SIZE)
        ).fetchall()
        if not page:
            return
        after = page[-1][0]
        _mark([id for id, _ in page], "in_progress")
        yield page


def body_of(text):
    if IS_CHAT:
        return {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": text}], "max_tokens": 100}
    return {"model": "text-embedding-3-small", "input": text, "dimensions": 1536, "encoding_format": "base64"}


def line_of(id, text):
    return {"custom_id": id, "method": "POST", "url": ENDPOINT, "body": body_of(text)}


def keep(lines):
    """Keeps the answers of a result file, whose lines are text. Returns how many there were."""
    answers = []
    for line in lines:
        result = json.loads(line)
        body = result["response"]["body"]
        answer = body["choices"][0]["message"]["content"] if IS_CHAT else base64.b64decode(body["data"][0]["embedding"])
        answers.append((result["custom_id"], answer))
    _store.executemany("INSERT INTO answers VALUES (?, ?)", answers)
    _mark([id for id, _ in answers], "completed")
    return len(answers)


def print_figures():
    (kept,) = _store.execute("SELECT count(*) FROM answers").fetchone()
    (done,) = _store.execute("SELECT count(*) FROM chunks WHERE status = 'completed'").fetchone()
    _store.close()
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps(
            {
                "documents": done,
                "vectors": 0 if IS_CHAT else kept,
                "peakBytes": usage.ru_maxrss * 1024,
                "cpuMs": (usage.ru_utime + usage.ru_stime) * 1000,
            }
        )
    )


def _mark(ids, status):
    _store.executemany("UPDATE chunks SET status = ? WHERE id = ?", [(status, id) for id in ids])
    _store.commit()
