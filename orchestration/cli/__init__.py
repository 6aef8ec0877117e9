"""The command line `encours`: the short way in, running the same Dagster jobs in process."""
