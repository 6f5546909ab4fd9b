"""What the benchmarks measure, by name; torch-free."""

MEASURED = "measured"  # whatever the key "what" says
TIMES_ERM = "times_erm"
HARD, EPOCH, EVALUATION = "hard_other_accuracy", "seconds_per_epoch", "evaluation_seconds"  # beside other libraries
OURS, SPUCO = "lazyartist", "spuco"
