{{- /* What the pods of all our services have: their settings, their folders, their rights. */ -}}

{{- define "batchmill.podSettings" -}}
serviceAccountName: {{ include "batchmill.serviceAccount" . }}
automountServiceAccountToken: false
# A Service named batchmill-… would add BATCHMILL_… variables that are no settings, and these stop the start.
enableServiceLinks: false
# The pause container is process 1: as process 1, Node ignores a SIGTERM until it has installed a handler.
shareProcessNamespace: true
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  fsGroup: 1000
  seccompProfile:
    type: RuntimeDefault
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "batchmill.containerSettings" -}}
image: {{ include "batchmill.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{ include "batchmill.containerRights" . }}
{{- end -}}

{{- define "batchmill.containerRights" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end -}}

{{- /* Of the chart and a dict of settings that win: (list $ $service.settings). */ -}}
{{- define "batchmill.env" -}}
{{- $root := index . 0 -}}
{{- with $root.Values -}}
- name: PORT
  value: {{ .port | int | quote }}
- name: BATCHMILL_HOME
  value: /home/node/.batchmill
- name: BATCHMILL_PIPELINES
  value: {{ ternary "/etc/batchmill/pipelines" .pipelines.folder (or .pipelines.files .pipelines.configMaps .pipelines.image.repository | empty | not) }}
{{- if .simulator.enabled }}
- name: OPENAI_BASE_URL
  value: http://{{ include "batchmill.fullname" $root }}-simulator.{{ $root.Release.Namespace }}.svc:8080/v1
- name: OPENAI_API_KEY
  value: sk-simulated
{{- end }}
{{- range $name, $value := merge (dict) (index $ 1 | default dict) .settings }}
- name: {{ $name }}
  value: {{ (kindIs "string" $value) | ternary $value ($value | toJson) | quote }}
{{- end }}
{{- range $name, $_ := .secrets }}
- name: {{ $name }}_FILE
  value: /etc/batchmill/secrets/{{ $name }}
{{- end }}
{{- end -}}
{{- end -}}

{{- define "batchmill.volumeMounts" -}}
- name: home
  mountPath: /home/node
- name: tmp
  mountPath: /tmp
{{- if .Values.secrets }}
- name: secrets
  mountPath: /etc/batchmill/secrets
  readOnly: true
{{- end }}
{{- if or .Values.pipelines.files .Values.pipelines.image.repository }}
- name: pipelines
  mountPath: /etc/batchmill/pipelines
  readOnly: true
{{- end }}
{{- range .Values.pipelines.configMaps }}
- name: pipeline-{{ .pipeline }}
  mountPath: /etc/batchmill/pipelines/{{ .pipeline }}
  readOnly: true
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "batchmill.volumes" -}}
- name: home
  emptyDir:
    sizeLimit: {{ .Values.temporarySpace }}
- name: tmp
  emptyDir:
    sizeLimit: {{ .Values.temporarySpace }}
{{- if .Values.secrets }}
- name: secrets
  projected:
    # 0440: root owns the files, and the pod's group may read them.
    defaultMode: 288
    sources:
      {{- range $name, $from := .Values.secrets }}
      - secret:
          name: {{ $from.secret }}
          items:
            - key: {{ $from.key }}
              path: {{ $name }}
      {{- end }}
{{- end }}
{{- if .Values.pipelines.files }}
- name: pipelines
  configMap:
    name: {{ include "batchmill.fullname" . }}-pipelines
    items:
      {{- range $pipeline, $files := .Values.pipelines.files }}
      {{- range $file, $_ := $files }}
      - key: {{ $pipeline }}_{{ $file }}
        path: {{ $pipeline }}/{{ $file }}
      {{- end }}
      {{- end }}
{{- end }}
{{- if .Values.pipelines.image.repository }}
- name: pipelines
  emptyDir:
    sizeLimit: {{ .Values.temporarySpace }}
{{- end }}
{{- range .Values.pipelines.configMaps }}
- name: pipeline-{{ .pipeline }}
  configMap:
    name: {{ .name }}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}
