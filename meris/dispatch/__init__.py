"""Sending units to incidents, and closing an incident with the units that are still there."""
