"""The operator's page: how many, never who. No script runs in it; it is read on a phone as well."""
