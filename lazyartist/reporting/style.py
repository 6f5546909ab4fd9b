"""The colours of lines and bars."""

from __future__ import annotations


# One colour a strategy, the same in every figure; whoever comes new takes the spare ones in turn.
COLOURS = {
    "lazy": "#d1495b",
    "erm": "#8d99ae",
    "focal": "#edae49",
    "colour_consistency": "#00798c",
    "oracle": "#30343f",
    "lazy: fully biased": "#8f2d56",
    "grayscale_erm": "#6c757d",
    "recoloured_reversal": "#2a9d8f",
    "second_opinion": "#7a5195",
    "adversarial_training": "#2f4b7c",
    "edge_saliency": "#b5651d",
}
SPARE = (
    *("#4f772d", "#66a182", "#bc5090", "#5fa8d3", "#c9a227"),
    *("#606c38", "#f28482", "#a5a58d", "#6d2e46"),
)
TELLABLE = 12  # so many colours the eye keeps apart
FAINT = "#c8ccd4"
