"""What benchmarks/compare.py is made of. Needs the standard library only."""
