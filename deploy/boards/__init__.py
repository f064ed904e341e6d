"""The Grafana boards as code: `make generate` writes them to `deploy/grafana/dashboards/`."""
