"""Speeds, as ratios measured in one run; run by `make bench-*`, not in CI."""
