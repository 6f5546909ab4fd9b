"""Task 5: how much noise makes a model say another class: found by attacks, bounded by proofs."""
