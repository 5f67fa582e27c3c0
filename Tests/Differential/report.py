"""Counts what passed, and prints what went wrong."""

import time


class Report:
    def __init__(self, seed, has_progress=False):
        self.seed, self.has_progress = seed, has_progress
        self.passed = self.failed = 0
        self.began = time.monotonic()

    def count(self, name, complaints):
        if complaints:
            self.failed += 1
            print(f"FAILED  {name}")
            for complaint in complaints:
                print("        " + complaint.replace("\n", "\n        "), flush=True)
        else:
            self.passed += 1
        self.progress(name)

    def progress(self, name):
        if self.has_progress and name.startswith("random"):
            print(f"{time.monotonic() - self.began:6.0f} s  {name}", flush=True)
