"""Speaking with an API server: connection, credentials, requests, retries, what it says no with."""
