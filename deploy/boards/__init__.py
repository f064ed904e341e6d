"""The Grafana boards as code: `python -m deploy.boards` writes them to `deploy/grafana/dashboards/`."""
