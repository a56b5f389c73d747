"""Many suppliers at once: read a buyer's table, find each one's marks, judge them, say it in a report."""
