{{- /*
Refuses values that the schema cannot: what has to be there together, or not. It lists everything that is wrong, each with
what was found and what was expected.
*/ -}}
{{- define "batchmill.checks" -}}
{{- $values := .Values -}}
{{- $services := include "batchmill.services" . | fromYaml -}}
{{- $problems := list -}}

{{- range $setting, $server := dict "BATCHMILL_BUS" "Kafka" "BATCHMILL_STORE" "MongoDB" "BATCHMILL_BLOBS" "the blobs, such as gridfs:" "BATCHMILL_VECTORS" "Milvus" -}}
{{- if not (or (hasKey $values.settings $setting) (hasKey $values.secrets $setting)) -}}
{{- $problems = append $problems (printf "settings.%s: found nothing, there or in secrets, expected the address of %s, because services share nothing else" $setting $server) -}}
{{- end -}}
{{- end -}}
{{- range $setting, $_ := $values.secrets -}}
{{- if hasKey $values.settings $setting -}}
{{- $problems = append $problems (printf "settings.%s: found it in secrets too, expected it in one of them" $setting) -}}
{{- end -}}
{{- end -}}

{{- if $values.simulator.enabled -}}
{{- if hasKey $values.settings "OPENAI_BASE_URL" -}}
{{- $problems = append $problems "settings.OPENAI_BASE_URL: found it beside simulator.enabled, expected one of them" -}}
{{- end -}}
{{- if hasKey $values.secrets "OPENAI_API_KEY" -}}
{{- $problems = append $problems "secrets.OPENAI_API_KEY: found it beside simulator.enabled, expected one of them, because a key is not for the simulator" -}}
{{- end -}}
{{- else if not (hasKey $values.secrets "OPENAI_API_KEY") -}}
{{- $problems = append $problems "secrets.OPENAI_API_KEY: found nothing, expected the Secret of your key, or simulator.enabled to try without one" -}}
{{- end -}}

{{- $places := list -}}
{{- if $values.pipelines.files -}}{{- $places = append $places "pipelines.files" -}}{{- end -}}
{{- if $values.pipelines.configMaps -}}{{- $places = append $places "pipelines.configMaps" -}}{{- end -}}
{{- if $values.pipelines.image.repository -}}{{- $places = append $places "pipelines.image" -}}{{- end -}}
{{- if gt (len $places) 1 -}}
{{- $problems = append $problems (printf "pipelines: found %s, expected one of them" (join " and " $places)) -}}
{{- end -}}

{{- $names := list -}}
{{- range $values.consumers -}}
{{- if or (hasKey $values.stages .name) (has .name $names) -}}
{{- $problems = append $problems (printf "consumers: found a second service with the name %s, expected one" .name) -}}
{{- end -}}
{{- if has .name (list "simulator" "topics") -}}
{{- $problems = append $problems (printf "consumers: found the name %s, which the chart uses itself, expected another" .name) -}}
{{- end -}}
{{- $names = append $names .name -}}
{{- end -}}

{{- if $values.autoscaling.enabled -}}
{{- $hasKafka := $values.autoscaling.kafka.enabled -}}
{{- range $name, $service := $services -}}
{{- with $service.autoscaling -}}
{{- $where := printf "%s.autoscaling.min" (ternary (printf "stages.%s" $name) (printf "consumers, %s" $name) $service.isStage) -}}
{{- if gt (int .min) (int .max) -}}
{{- $problems = append $problems (printf "%s: found %d, expected at most max, which is %d" $where (int .min) (int .max)) -}}
{{- end -}}
{{- if eq (int .min) 0 -}}
{{- if eq $name $values.autoscaling.askedStage -}}
{{- $problems = append $problems (printf "%s: found 0, expected 1 or more, because KEDA asks this stage how much work is due (autoscaling.askedStage)" $where) -}}
{{- else if and (eq $name "status-poller") $values.providerWebhook.enabled -}}
{{- $problems = append $problems (printf "%s: found 0, expected 1 or more, because the provider's webhooks are posted to it (providerWebhook.enabled)" $where) -}}
{{- else if and $service.isStage $service.inputs (not $hasKafka) -}}
{{- $problems = append $problems (printf "%s: found 0, expected 1 or more, or autoscaling.kafka.enabled, because it records messages, of which no due work tells: %s" $where (join ", " $service.inputs)) -}}
{{- end -}}
{{- end -}}
{{- if and (not $service.isStage) (not $hasKafka) -}}
{{- $problems = append $problems (printf "consumers, %s.autoscaling: found it without autoscaling.kafka.enabled, expected both, because consumers are scaled by the lag of their topics" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and $hasKafka (not (include "batchmill.bootstrapServers" .)) -}}
{{- $problems = append $problems "autoscaling.kafka.bootstrapServers: found nothing, expected the brokers, because settings has no BATCHMILL_BUS to take them from" -}}
{{- end -}}
{{- end -}}

{{- if $values.providerWebhook.enabled -}}
{{- if not (hasKey $values.secrets "OPENAI_WEBHOOK_SECRET") -}}
{{- $problems = append $problems "secrets.OPENAI_WEBHOOK_SECRET: found nothing, expected the Secret that verifies webhooks, because of providerWebhook.enabled" -}}
{{- end -}}
{{- end -}}
{{- if and $values.networkPolicy.egress.restricted (not $values.networkPolicy.egress.rules) -}}
{{- $problems = append $problems "networkPolicy.egress.rules: found none, expected those that reach Kafka, MongoDB, Milvus and the provider" -}}
{{- end -}}

{{- range $name, $service := $services -}}
{{- $shutdown := merge (dict) ($service.settings | default dict) $values.settings | dig "SHUTDOWN_TIMEOUT" 30 | toString | trimSuffix "s" -}}
{{- if and (regexMatch "^[0-9]+$" $shutdown) (ge (int $shutdown) (int $values.terminationGracePeriodSeconds)) -}}
{{- $problems = append $problems (printf "terminationGracePeriodSeconds: found %d, expected more than SHUTDOWN_TIMEOUT, which is %s for %s" (int $values.terminationGracePeriodSeconds) $shutdown $name) -}}
{{- end -}}
{{- end -}}

{{- if $problems -}}
{{- fail (printf "%d of the values are wrong:\n  %s" (len $problems) (join "\n  " $problems)) -}}
{{- end -}}
{{- end -}}
