"""How fast: what the benchmarks in `bench/` measured, as tables."""
