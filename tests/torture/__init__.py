"""Processes killed without warning, and what must hold afterwards: `python -m torture --count 200 --seed 1`."""
