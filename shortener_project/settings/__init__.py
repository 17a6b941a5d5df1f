"""Settings: `embedded` (the default), `production`, `test`; all of them build on `base`."""
