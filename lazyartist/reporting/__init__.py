"""Rows, intervals, tables, figures and the gate. Nothing here imports torch."""
