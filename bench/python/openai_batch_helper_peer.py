"""The job by https://pypi.org/project/openai-batch-helper/."""

from job import API_KEY, BASE_URL, ENDPOINT, HOME, POLL_SECONDS, keep, line_of, pages, path, print_figures
from openai import OpenAI
from openai_batch_helper import BatchHelper

helper = BatchHelper(OpenAI(api_key=API_KEY, base_url=BASE_URL), endpoint=ENDPOINT, workdir=HOME)
for number, page in enumerate(pages()):
    job = helper.init_job(filename=f"batch-{number}.jsonl")
    job.add_lines(line_of(id, text) for id, text in page)
    job.submit_file().submit_batch_job().wait_for_completion(poll_seconds=POLL_SECONDS)
    with open(job.download_result(path(f"output-{number}.jsonl"))) as lines:
        keep(lines)
print_figures()
