# __name__

A consumer: it asks for runs of its own pipeline and takes up what they answered.

| where                            | what                                                                               |
| -------------------------------- | ---------------------------------------------------------------------------------- |
| `pipelines/__name__/`            | the pipeline: documents of the collection `__collection__`, its questions, prompts |
| `src/__name__.ts`, `#takeUp`     | what is done with answered documents: as it stands, each is marked `taken_up`      |
| `src/__name__.ts`, `askForRun`   | when a run is asked for: documents are pending, at most once an hour               |
| `src/error-codes.ts`             | the codes of its errors, with what to do: none so far                              |

```sh
npm run jest -- apps/__name__          # its tests: the whole line on embedded stores
npm run build
node apps/__name__/dist/main.js        # the service alone; the line must run beside it, on the same servers
node apps/all-in-one/dist/main.js      # the line and every consumer in one process
docker compose up __name__             # with what it depends on
```
