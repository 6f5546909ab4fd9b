"""What the benchmarks measure, by name; torch-free."""

MEASURED = "measured"  # whatever the key "what" says
TIMES_ERM = "times_erm"
HARD, EPOCH, EVALUATION = "hard_other_accuracy", "seconds_per_epoch", "evaluation_seconds"  # beside other libraries
OURS, SPUCO = "lazyartist", "spuco"
# one run of `cures` on generated images: processor time, what of it is training, memory beside the images, and how many
# times as many runs two processes do
RUN_SECONDS, TRAINING_SECONDS, MEMORY, TWICE = "run_seconds", "training_seconds", "memory_mb", "times_one_process"
