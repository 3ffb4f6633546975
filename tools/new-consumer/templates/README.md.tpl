# __name__

A consumer: it requests runs of its own pipeline and handles their answers.

| where                            | what                                                                               |
| -------------------------------- | ---------------------------------------------------------------------------------- |
| `pipelines/__name__/`            | the pipeline: documents of the collection `__collection__`, functions, prompts      |
| `src/__name__.ts`, `#handle`     | what is done with answered documents: as generated, each is marked in `handled_by`  |
| `src/__name__.ts`, `requestRun`  | when a run is requested: documents are pending, at most once an hour                |
| `src/error-codes.ts`             | the codes of its errors, with what to do: none so far                               |

```sh
npm run jest -- apps/__name__          # its tests: all stages on embedded stores
npm run build
sh deploy/start.sh __name__            # this service alone, beside the stages on the same servers
docker compose up __name__             # the same, with the servers

# all stages and this consumer in one process, on embedded stores
BATCHMILL_CONSUMERS=__name__ sh deploy/start.sh all-in-one
```
