{{- define "lectern.name" -}}
{{- if contains "lectern" .Release.Name -}}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{- else -}}{{ printf "%s-lectern" .Release.Name | trunc 50 | trimSuffix "-" }}{{- end -}}
{{- end -}}

{{- define "lectern.selector" -}}
app.kubernetes.io/name: lectern
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "lectern.labels" -}}
{{ include "lectern.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{/* The names by which the server may be addressed, as JSON. */}}
{{- define "lectern.hosts" -}}
{{- $name := include "lectern.name" . -}}
{{- $space := printf "%s.%s" $name .Release.Namespace -}}
{{- $hosts := list $name $space (printf "%s.svc" $space) (printf "%s.svc.cluster.local" $space) -}}
{{- if .Values.ingress.enabled -}}{{- $hosts = append $hosts .Values.ingress.host -}}{{- end -}}
{{- toJson $hosts -}}
{{- end -}}

{{/* Refuses values that would start what cannot work. */}}
{{- define "lectern.check" -}}
{{- if and .Values.catalogueUrl.inSecret (not .Values.secret.name) -}}
{{- fail "catalogueUrl.inSecret needs secret.name: a Secret with the key LECTERN_CATALOGUE_URL." -}}
{{- end -}}
{{- if and .Values.uploads.existingClaim .Values.uploads.url -}}
{{- fail "Uploads are kept in uploads.existingClaim or at uploads.url, not in both." -}}
{{- end -}}
{{- if gt (int .Values.replicas) 1 -}}
{{- if not (and .Values.catalogueUrl.inSecret .Values.chromaUrl) -}}
{{- fail "More than one replica needs both catalogueUrl.inSecret and chromaUrl: a home in a folder has one owner." -}}
{{- end -}}
{{- if .Values.persistence.existingClaim -}}
{{- fail "persistence.existingClaim is for one replica: each one has a home of its own." -}}
{{- end -}}
{{- if not (or .Values.uploads.existingClaim .Values.uploads.url) -}}
{{- fail "More than one replica needs uploads.existingClaim, a claim for uploaded files that all may mount, or uploads.url." -}}
{{- end -}}
{{- end -}}
{{- end -}}
