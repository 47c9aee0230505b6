"""Planted secrets, and a walk through every address of MERIS that looks for them.

`world` plants, `routes` says how each address is asked, `walking` asks and compares.
"""
