"""Python's verifier and the browser's, asked the same: they never differ, in verdict or in reason.

`browser_side.mjs` is the script that pages are served, in one long-lived Node process that answers a line of JSON with a
line of JSON; `asked` holds that process and compares; `python_side` answers the same questions in Python. What is asked is
made from a seed: `texts`, `objects`, `documents` and `archives` bend what the forge makes, `neighbours` what a vector holds, by the
steps of `edits` and `resigned`; `worlds` are registers in which anything may have happened.

The readers are asked by tens of thousands, verdicts by thousands. `make fuzz` asks many times as many, of other seeds. A difference that was
found keeps its name in `test_once_divided.py`, with what was decided.
"""
