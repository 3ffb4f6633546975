{{- /*
Every service, by its name, as YAML: stages first, then consumers. `inputs` are the topics of the messages that it records,
with the prefix of the topics.
*/ -}}
{{- define "batchmill.services" -}}
{{- $inputs := .Files.Get "files/inputs.yaml" | fromYaml -}}
{{- $prefix := .Values.settings.BATCHMILL_TOPIC_PREFIX | default "" -}}
{{- $services := dict -}}
{{- range $name, $stage := .Values.stages -}}
{{- $topics := list -}}
{{- range (get $inputs $name | default list) -}}{{- $topics = append $topics (printf "%s%s" $prefix .) -}}{{- end -}}
{{- $_ := set $services $name (merge (dict "isStage" true "inputs" $topics "group" (printf "%s%s" $prefix $name)) $stage) -}}
{{- end -}}
{{- range $consumer := .Values.consumers -}}
{{- $topics := list -}}
{{- range (($consumer.autoscaling).topics | default list) -}}{{- $topics = append $topics (printf "%s%s" $prefix .) -}}{{- end -}}
{{- $_ := set $services $consumer.name (merge (dict "isStage" false "inputs" $topics "group" (printf "%s%s" $prefix $consumer.name)) $consumer) -}}
{{- end -}}
{{- toYaml $services -}}
{{- end -}}

{{- /* Whether KEDA scales the service: of the chart and the service. */ -}}
{{- define "batchmill.isScaled" -}}
{{- $root := index . 0 -}}
{{- $service := index . 1 -}}
{{- if and $root.Values.autoscaling.enabled $service.autoscaling -}}true{{- end -}}
{{- end -}}

{{- define "batchmill.bootstrapServers" -}}
{{- default (.Values.settings.BATCHMILL_BUS | default "" | trimPrefix "kafka://") .Values.autoscaling.kafka.bootstrapServers -}}
{{- end -}}
