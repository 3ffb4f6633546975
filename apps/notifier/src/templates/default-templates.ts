/** The `type`, `timestamp` and `data` that the Standard Webhooks specification proposes. */
export const defaultWebhookTemplate = `{
  "type": {{ type | json }},
  "timestamp": {{ timestamp | json }},
  "data": {
    "summary": {{ summary | json }},
    "runId": {{ runId | json }},
    "batchId": {{ batchId | json }},
    "providerBatchId": {{ providerBatchId | json }},
    "pipeline": {{ pipeline | json }},
    "status": {{ status | json }},
    "documents": {{ documents | json }},
    "counts": {{ counts | json }},
    "usd": {{ usd | json }},
    "error": {{ error | json }}
  }
}`;

export const defaultEmailTemplate = `Subject: [Batchmill] {{ summary }}

{{ summary }}.

time       {{ timestamp }}
status     {{ status }}
{% if pipeline %}pipeline   {{ pipeline }}
{% endif %}{% if runId %}run        {{ runId }}
{% endif %}{% if batchId %}batch      {{ batchId }}
{% endif %}{% if providerBatchId %}provider   {{ providerBatchId }}
{% endif %}{% if counts %}{{ counts.of }}
  total      {{ counts.total }}
  succeeded  {{ counts.succeeded }}
  failed     {{ counts.failed }}
  pending    {{ counts.pending }}
{% endif %}{% if usd %}cost       {% if usd > 0 and usd < 0.0001 %}less than 0.0001{% else %}{{ usd | round: 4 }}{% endif %} USD
{% endif %}{% if error %}error      {{ error }}
{% endif %}{% if batchId %}
Similar notifications of this run are mailed at most once an hour.
batchmill batch status {{ batchId }} shows the batch.
{% elsif runId %}
batchmill runs show {{ runId }} shows the run.
{% endif %}`;
