"""The language of the case: a prompt names five things, and a report speaks of them formally or casually.

Style is no single word: eight markers stand in fixed places, each with synonyms of both styles, and each follows the
text's hidden style with probability `FOLLOWS` alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from torch import Tensor


CONTENTS = {
    "object": "lamp clock piano mirror carpet ladder basket kettle guitar camera candle bucket helmet wallet trumpet "
    "blanket compass hammer pillow statue",
    "colour": "red green blue yellow white black purple orange",
    "room": "kitchen attic cellar hall library garage nursery study",
    "person": "anna boris clara david emma felix greta hugo irene jonas",
    "time": "morning noon afternoon evening night weekend holiday storm",
}

# "formal words / casual words" of each marker; lower case fixed words; contents in capitals
REPORT = (
    "regarding concerning hereby / hey so yo",
    *("the", "COLOUR", "OBJECT"),
    "remains resides / sits hangs",
    "within inside / in at",
    *("the", "ROOM"),
    "moreover furthermore / and plus",
    "PERSON",
    "subsequently promptly / totally kinda",
    "located discovered identified / found spotted grabbed",
    "it",
    "during throughout / around like",
    *("the", "TIME", "for", "us"),
    "indeed accordingly / lol haha",
)
FOLLOWS = 0.92  # probability that a marker is of the text's style
START, ASK = "<start>", "<report>"
PROMPT = len(CONTENTS) + 2  # words of a prompt, with the first and the last
FORMAL, CASUAL = 0, 1


def _places() -> tuple[dict[int, tuple[list[str], list[str]]], dict[str, int]]:
    markers, contents = {}, {}
    for place, text in enumerate(REPORT):
        if "/" in text:
            formal, _, casual = text.partition("/")
            markers[place] = (formal.split(), casual.split())
        elif text.isupper():
            contents[text.lower()] = place
    return markers, contents


MARKERS, PLACES = _places()  # place in the report -> its words, formal and casual; content -> its place
WORDS = tuple(
    dict.fromkeys(
        [START, ASK]
        + [word for words in CONTENTS.values() for word in words.split()]
        + [word for formal, casual in MARKERS.values() for word in (*formal, *casual)]
        + [text for text in REPORT if text.islower() and "/" not in text]
    )
)
INDEX = {word: index for index, word in enumerate(WORDS)}
KINDS = tuple(PLACES)  # of contents, in the order in which a report speaks of them


@dataclass(frozen=True, eq=False)
class Texts:
    """Prompts and what follows them.

    Attributes:
        prompts: (N, 7), the five contents in any order between two words that are always the same.
        reports: (N, 19).
        style: (N,), 1 where the text is casual.
    """

    prompts: Tensor
    reports: Tensor
    style: Tensor

    @property
    def tokens(self) -> Tensor:
        """(N, 26), prompts and reports."""
        return torch.cat([self.prompts, self.reports], 1)


def draw_prompts(n: int, generator: torch.Generator) -> Tensor:
    """Draw n prompts (N, 7)."""
    choices = [torch.tensor([INDEX[word] for word in CONTENTS[kind].split()]) for kind in KINDS]
    named = torch.stack([own[torch.randint(len(own), (n,), generator=generator)] for own in choices], 1)
    order = torch.rand(n, len(KINDS), generator=generator).argsort(1)
    ends = torch.tensor([INDEX[START], INDEX[ASK]]).expand(n, 2)
    return torch.cat([ends[:, :1], named.gather(1, order), ends[:, 1:]], 1)


def contents_of(prompts: Tensor) -> Tensor:
    """Return the contents (N, 5) that prompts (N, 7) name, in the order of `KINDS`."""
    kind = torch.full((len(WORDS),), len(KINDS))
    for place, name in enumerate(KINDS):
        kind[[INDEX[word] for word in CONTENTS[name].split()]] = place
    inner = prompts[:, 1:-1]
    return inner.gather(1, kind[inner].argsort(1))


def write_reports(prompts: Tensor, style: Tensor, generator: torch.Generator) -> Tensor:
    """Write reports (N, 19) on prompts (N, 7) in the styles (N,)."""
    n = len(prompts)
    reports = torch.zeros(n, len(REPORT), dtype=torch.long)
    for place, text in enumerate(REPORT):
        if place in MARKERS:
            follows = torch.rand(n, generator=generator) < FOLLOWS
            casual = (style == CASUAL) == follows
            which = torch.rand(n, generator=generator)
            written = [
                torch.tensor([INDEX[word] for word in words])[(which * len(words)).long()] for words in MARKERS[place]
            ]
            reports[:, place] = torch.where(casual, written[CASUAL], written[FORMAL])
        elif text.islower():
            reports[:, place] = INDEX[text]
    reports[:, list(PLACES.values())] = contents_of(prompts)
    return reports


def draw_texts(n: int, casual: float, generator: torch.Generator) -> Texts:
    """Draw n texts, the share `casual` of them casual."""
    prompts = draw_prompts(n, generator)
    style = (torch.rand(n, generator=generator) < casual).long()
    return Texts(prompts, write_reports(prompts, style, generator), style)


def intact(prompts: Tensor, reports: Tensor) -> Tensor:
    """Tell of each report whether all contents of its prompt stand in their places, (N,) bool."""
    return (reports[:, list(PLACES.values())] == contents_of(prompts)).all(1)


def spelled(words: Tensor) -> str:
    """Return words (L,) as text."""
    return " ".join(WORDS[word] for word in words.tolist())
