"""Uses a simulator through the official Python SDK, unchanged. Usage: official_python_sdk.py URL"""

import json
import sys
import time
import urllib.request

from openai import AuthenticationError, BadRequestError, NotFoundError, OpenAI

url = sys.argv[1]
client = OpenAI(api_key="sk-python", base_url=f"{url}/v1", max_retries=0)


def advance(seconds):
    body = json.dumps({"advanceSeconds": seconds}).encode()
    headers = {"content-type": "application/json"}
    urllib.request.urlopen(urllib.request.Request(f"{url}/admin/clock", body, headers)).read()


def raises(kind, call):
    try:
        call()
    except kind:
        return
    raise AssertionError(f"expected {kind.__name__}")


def settled(batch_id, *states):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        batch = client.batches.retrieve(batch_id)
        if batch.status in states:
            return batch
        time.sleep(0.01)
    raise AssertionError(f"{batch_id} did not become {states}")


def line(number):
    body = {"model": "text-embedding-3-small", "input": f"text {number}", "dimensions": 16}
    return {"custom_id": f"c{number}", "method": "POST", "url": "/v1/embeddings", "body": body}


content = "\n".join(json.dumps(line(number)) for number in range(7)).encode()
file = client.files.create(file=("in.jsonl", content), purpose="batch")
assert client.files.retrieve(file.id).bytes == len(content)

wish = {"input_file_id": file.id, "endpoint": "/v1/embeddings", "completion_window": "24h"}
batch = client.batches.create(**wish, metadata={"job": "python"})
assert batch.status == "validating" and batch.request_counts.total == 0
cancelled = client.batches.create(**wish)
assert client.batches.cancel(cancelled.id).status == "cancelling"
third = client.batches.create(**wish)
advance(200)

done = settled(batch.id, "completed")
assert done.request_counts.completed == 7 and done.usage.total_tokens > 0 and done.metadata == {"job": "python"}
results = [json.loads(text) for text in client.files.content(done.output_file_id).text.splitlines()]
assert {result["custom_id"] for result in results} == {f"c{number}" for number in range(7)}
assert all(len(result["response"]["body"]["data"][0]["embedding"]) == 16 for result in results)
assert settled(cancelled.id, "cancelled").error_file_id is not None
assert [listed.id for listed in client.batches.list(limit=1)] == [third.id, cancelled.id, batch.id]
assert file.id in [listed.id for listed in client.files.list(limit=1)]
assert client.files.delete(file.id).deleted

embeddings = client.embeddings.create(model="text-embedding-3-small", input=["a", "b"])
assert [len(item.embedding) for item in embeddings.data] == [1536, 1536]
prompt = [{"role": "user", "content": "Moss is soft. Stone is hard. What is hard?"}]
chat = client.chat.completions.create(model="gpt-4o-mini", messages=prompt)
assert chat.choices[0].message.content == "Stone is hard."
response = client.responses.create(model="gpt-4o", input="Moss is soft.")
assert response.output_text == "Moss is soft."
assert "gpt-4o" in [model.id for model in client.models.list()]

raises(NotFoundError, lambda: client.files.retrieve("file-0"))
raises(BadRequestError, lambda: client.embeddings.create(model="text-embedding-3-small", input=""))
raises(AuthenticationError, lambda: client.with_options(api_key="sk-refused").models.list())
print("everything as expected")
