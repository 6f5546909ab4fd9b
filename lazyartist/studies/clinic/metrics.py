"""What the clinic's study measures, by which names; torch-free."""

from __future__ import annotations


# keys: "case" and "remedy", which may also be "baseline" or "oracle"; parts of a score have names of the case's own
SCORE, NORM_SCORE, DEFECTIVE = "score", "norm_score", "defective_judge"
# how far a contestant of the olympiad went with the remedy of the row, on data of the olympiad's
WRITE_UP = "write_up_norm_score"
