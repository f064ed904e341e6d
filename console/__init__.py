"""The moderators' page and the HTTP API; the map is `console.app`. The worker does not know that it exists."""
