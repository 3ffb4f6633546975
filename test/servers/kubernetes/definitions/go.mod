// Only downloaded: the custom resources of KEDA and of the Prometheus operator are files in their modules.
module custom-resources

go 1.26.0

require (
	github.com/kedacore/keda/v2 v2.21.0
	github.com/prometheus-operator/prometheus-operator v0.85.0
)
