"""Sending units to incidents. Import its modules: some of them and of `meris.incidents` need one
another, and so the packages themselves import nothing."""
