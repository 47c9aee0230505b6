"""Makes the shipped places from installed packages: `python -m geo.build` (see `__main__`)."""
