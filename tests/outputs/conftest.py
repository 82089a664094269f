"""What stands beside the tests here is a script, run by name."""

collect_ignore = ["commands.py", "compare.py", "inputs.py", "keep.py"]
