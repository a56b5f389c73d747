"""Python's verifier and the browser's, asked the same: they never differ, in verdict or in reason.

`browser_side.mjs` is the script that pages are served, in one long-lived Node process that answers a line of JSON with a
line of JSON; `asked` holds that process and compares; `python_side` answers the same questions in Python. What is asked is
made from a seed: `texts`, `objects`, `notes`, `documents`, `archives` and `neighbours` bend what the forge or a vector says.

The readers are asked by tens of thousands, verdicts by thousands. `make fuzz` asks twenty times as many, of other seeds.
"""
