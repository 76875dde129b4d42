{{- define "parley.labels" -}}
app.kubernetes.io/name: parley
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "parley.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "parley.claim" -}}
{{ .Values.files.existingClaim | default (printf "%s-files" .Release.Name) }}
{{- end }}

{{/* (list what replicas autoscaling): what a cluster would refuse half way through */}}
{{- define "parley.bounds" -}}
{{- $replicas := int (index . 1) }}
{{- $max := int (index . 2).max }}
{{- if or (lt $replicas 1) (lt $max $replicas) }}
{{- fail (printf "%s.replicas (%d) are the fewest pods that autoscaling leaves: at least 1, and at most %s.autoscaling.max (%d)." (index . 0) $replicas (index . 0) $max) }}
{{- end }}
{{- end }}

{{/* (list values role): the deployment behind whose service a role is */}}
{{- define "parley.serving" -}}
{{- $values := index . 0 }}
{{- $role := index . 1 }}
{{- $found := list }}
{{- range $name, $one := $values.deployments }}
{{- if and $one.service (has $role $one.roles) }}
{{- $found = append $found $name }}
{{- end }}
{{- end }}
{{- if ne (len $found) 1 }}
{{- fail (printf "ingress.enabled needs exactly one deployment with the role %s and service: true; there are %d." $role (len $found)) }}
{{- end }}
{{- first $found }}
{{- end }}

{{- define "parley.scaling" -}}
# a lag or a start that is over after half a minute adds nothing; then twice as many at most, so that they are seen to work before more come
scaleUp: { stabilizationWindowSeconds: 30, policies: [{ type: Percent, value: 100, periodSeconds: 60 }] }
# sockets and lanes move with each process that stops
scaleDown: { stabilizationWindowSeconds: 300, policies: [{ type: Pods, value: 1, periodSeconds: 60 }] }
{{- end }}

{{- define "parley.pod" -}}
automountServiceAccountToken: false
# what Kubernetes says of services in variables begins with a name that may be ours
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  fsGroup: 1000
  # or each pod that starts goes through every file that people ever sent
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: { type: RuntimeDefault }
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{ toJson . }}
{{- end }}
volumes:
  - name: files
    persistentVolumeClaim: { claimName: {{ include "parley.claim" . }} }
  - name: tmp
    emptyDir: {}
{{- end }}

{{- define "parley.container" -}}
image: {{ include "parley.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: [ALL] } }
envFrom:
  - secretRef: { name: {{ .Values.existingSecret }} }
env:
  - { name: PARLEY_PUBLIC_URL, value: {{ .Values.publicUrl | quote }} }
{{- if .Values.runner.enabled }}
  - { name: PARLEY_RUNNER_URLS, value: {{ printf "http://%s-runner:3000" .Release.Name | quote }} }
  - { name: PARLEY_RUNNER_TOKEN, valueFrom: { secretKeyRef: { name: {{ .Values.runner.existingSecret }}, key: PARLEY_RUNNER_TOKEN } } }
{{- end }}
{{- range $name, $value := .Values.settings }}
  - { name: {{ $name }}, value: {{ $value | quote }} }
{{- end }}
volumeMounts:
  - { name: files, mountPath: /data }
  - { name: tmp, mountPath: /tmp }
{{- end }}
