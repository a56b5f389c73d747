"""Told when a supplier's mark changes: a check of the same table again, compared with the last one."""
