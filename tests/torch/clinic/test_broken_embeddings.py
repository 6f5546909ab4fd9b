"""Broken embeddings: what is found, what is filled, what stays as it is, and what judges may be told."""

from types import SimpleNamespace

import pytest
import torch

from lazyartist.clinic import REMEDIES
from lazyartist.clinic.broken_embeddings.case import BrokenEmbeddings, Mended, language
from lazyartist.clinic.broken_embeddings.damage import broken_table
from lazyartist.clinic.broken_embeddings.descriptors import leading, ngram_vectors, text_vectors
from lazyartist.clinic.broken_embeddings.encoders import optional, read_encoder
from lazyartist.clinic.broken_embeddings.figure import draw
from lazyartist.clinic.broken_embeddings.finding import find_by_agreement, find_by_norm
from lazyartist.clinic.broken_embeddings.glosses import read_glosses
from lazyartist.clinic.broken_embeddings.probe import Probe, refitted_f1
from lazyartist.clinic.broken_embeddings.remedies import descriptors_of, find_broken
from lazyartist.clinic.broken_embeddings.ridge import crossed_rows, ridge_rows
from lazyartist.clinic.broken_embeddings.sentences import Sentences
from lazyartist.clinic.broken_embeddings.spelling import Spelling, as_word_pieces, mean_rows
from lazyartist.clinic.shelf import Shelf
from lazyartist.clinic.training import generator_of
from lazyartist.data.fetch import DataError
from lazyartist.training.store import Store


CASE = BrokenEmbeddings(**BrokenEmbeddings.small)
WORDS = Spelling(("[PAD]", "walk", "walked", "walks", "make", "making", "##ing", "##ed", "ma", "##k", "##walk", "zzz"))
ALL = torch.ones(len(WORDS.tokens), dtype=torch.bool)


@pytest.fixture(scope="module")
def admission(tmp_path_factory):
    return CASE.draw(0, Shelf(CASE, Store(tmp_path_factory.mktemp("store"))))


def score(admission, remedy):
    return CASE.judge(REMEDIES.build(f"broken_embeddings.{remedy}").treat(admission.patient, 0), admission.sealed)


def names(groups):
    return [[WORDS.tokens[token] for token in group] for group in groups]


def test_the_better_remedies_come_nearer_to_the_encoder_that_was_never_broken(admission):
    base = CASE.judge(CASE.baseline(admission.patient, 0), admission.sealed).value
    best = CASE.judge(CASE.oracle(admission, 0), admission.sealed).value
    text, ridge, donor = (score(admission, remedy).value for remedy in ("text", "ridge", "donor"))
    assert base + 0.02 < text < min(ridge, donor)
    assert base < best - 0.08
    assert ridge > best - 0.03


def test_rows_that_are_intact_stay_as_they_are_to_the_bit(admission):
    sealed, table = admission.sealed, admission.patient.table
    mended = REMEDIES.build("broken_embeddings.ridge").treat(admission.patient, 0)
    assert torch.equal(mended.found, sealed.broken)
    assert mended.table[~sealed.broken].cpu().numpy().tobytes() == table[~sealed.broken].cpu().numpy().tobytes()
    assert (mended.table[sealed.broken].norm(dim=1) > 0.1).all()
    assert not sealed.broken[0]  # a special token


def test_a_frozen_probe_sees_a_turned_table_and_one_that_is_trained_anew_forgives_it(admission):
    sealed = admission.sealed
    table = sealed.encoder.table
    turn = torch.linalg.qr(torch.randn(32, 32, generator=generator_of("turned"))).Q
    said = CASE.judge(Mended(table @ turn, torch.zeros(len(table), dtype=torch.bool)), sealed)
    assert said.value < 0.4  # a quarter is chance
    assert said.defective > said.value + 0.3
    assert "recall" not in said.parts


@pytest.mark.parametrize(("damage", "least"), [("noise", 0.9), ("permuted", 0.75)])
def test_rows_that_do_not_belong_are_found(admission, damage, least):
    patient, sealed = admission.patient, admission.sealed
    table = broken_table(sealed.encoder.table, sealed.broken, damage, generator_of(damage))
    assert not find_by_norm(table)[1:].any()
    sick = SimpleNamespace(table=table, spelling=patient.spelling, text=patient.text)
    found = find_broken(sick, 0)
    assert (found & sealed.broken).sum() >= least * sealed.broken.sum()
    assert (found & sealed.broken).sum() >= 0.75 * found.sum()


def test_hardly_a_row_of_a_healthy_table_is_said_to_be_broken(admission):
    table = admission.sealed.encoder.table
    found = find_by_agreement(admission.patient.spelling, table, descriptors_of(admission.patient), 0)
    assert found.float().mean() < 0.05


def test_pieces_are_the_longest_tokens_but_never_the_token_itself():
    which = torch.tensor([2, 5, 10, 11])
    assert names(WORDS.pieces(ALL, which)) == [["walk", "##ed"], ["ma", "##k", "##ing"], ["walk"], []]
    known = ALL.clone()
    known[1] = False
    assert names(WORDS.pieces(known, torch.tensor([2])))[0][-1:] == ["##ed"]


def test_twins_are_other_forms_of_the_word():
    walked, making, inner = names(WORDS.twins(ALL, torch.tensor([2, 5, 10])))
    assert {"walk", "walks"} <= set(walked) <= {"walk", "walks"}
    assert making == ["make"]
    assert inner == ["walk"]


def test_means_of_rows_and_of_none():
    table = torch.arange(8.0).view(4, 2)
    means, there = mean_rows(table, [[0, 2], [], [3]])
    assert means.tolist() == [[2, 3], [0, 0], [6, 7]]
    assert there.tolist() == [True, False, True]


def test_vocabularies_of_other_kinds_are_read_as_word_pieces():
    assert as_word_pieces(["Ġwalk", "Ġthe", "ing", "####", "<s>"]) == ["walk", "the", "##ing", "######", "<s>"]
    assert as_word_pieces(["▁walk", "ing"]) == ["walk", "##ing"]
    assert as_word_pieces(["walk", "##ing", "[CLS]"]) == ["walk", "##ing", "[CLS]"]


def test_words_in_the_same_company_have_like_vectors():
    # 1 and 2 stand between the same neighbours, 3 never does; 9 stands nowhere
    texts = [[4, 1, 5], [4, 2, 5], [6, 3, 7], [6, 8, 7]] * 5
    vectors = text_vectors(Sentences.of(texts), 10, 4)
    direction = torch.nn.functional.normalize(vectors[:, :-1])
    assert direction[1] @ direction[2] > 0.9 > 0.5 > direction[1] @ direction[3]
    assert vectors[9].tolist() == [0] * 5
    assert vectors[4, -1] == pytest.approx(torch.log(torch.tensor(11.0)))


def test_words_with_like_letters_have_like_vectors():
    words = [stem + ending for stem in ("walk", "sing", "jump", "read") for ending in ("", "ed", "ing", "s")]
    vectors = torch.nn.functional.normalize(ngram_vectors(words, 8))
    alike = vectors @ vectors.T
    assert alike[1, 0] > alike[1, 7]


def test_leading_directions_keep_a_matrix_of_low_rank():
    from scipy.sparse import csr_matrix

    low = torch.rand(30, 3, generator=generator_of("a")) @ torch.rand(3, 20, generator=generator_of("b"))
    vectors = leading(csr_matrix(low.cpu().numpy()), 5)
    left, sizes, _ = torch.linalg.svd(low)
    assert torch.allclose(vectors[:, :3].abs(), (left[:, :3] * sizes[:3].sqrt()).abs(), atol=1e-3)


def test_the_regression_finds_a_linear_map_and_weights_count_as_repetitions():
    generator = generator_of("regression")
    x, map_ = torch.randn(200, 6, generator=generator), torch.randn(6, 4, generator=generator)
    table = x @ map_ + 3
    known = torch.arange(200) < 150
    found = ridge_rows(x, table, known, 0)
    assert torch.allclose(found.rows, table, atol=0.1)
    assert found.explained > 0.99
    assert (crossed_rows(x, table, known, 1.0, 0) - table).square().mean() < 0.01
    even = ridge_rows(x, table, known, 0, torch.full((200,), 7.0))
    assert torch.allclose(even.rows, found.rows, atol=1e-5)
    noisy = table + torch.randn(200, 4, generator=generator)
    half = (torch.arange(200) % 2).float() + 1e-3
    bent = torch.where(half[:, None] > 1, noisy, -noisy)
    assert (ridge_rows(x, bent, known, 0, half).rows - table).square().mean() < (
        ridge_rows(x, bent, known, 0).rows - table
    ).square().mean()


def test_crossed_rows_of_noise_agree_with_nothing():
    generator = generator_of("noise")
    x, table = torch.randn(400, 60, generator=generator), torch.randn(400, 16, generator=generator)
    known = torch.ones(400, dtype=torch.bool)
    inside, crossed = ridge_rows(x, table, known, 0).rows, crossed_rows(x, table, known, 1.0, 0)
    agree = torch.nn.functional.cosine_similarity
    assert agree(crossed, table).mean() < 0.02 < agree(inside, table).mean()


def test_sentences_are_taken_and_padded():
    texts = Sentences.of([[5, 6, 7], [8], [9, 1]])
    some = texts.take(torch.tensor([2, 0]))
    assert some.ids.tolist() == [9, 1, 5, 6, 7]
    assert some.numbers().tolist() == [0, 0, 1, 1, 1]
    ids, there = texts.padded(torch.tensor([0, 1]))
    assert ids.tolist() == [[5, 6, 7], [8, 0, 0]]
    assert there.tolist() == [[True] * 3, [True, False, False]]
    assert len(texts.take(torch.tensor([], dtype=torch.long))) == 0


def test_a_probe_of_two_classes_reads_them():
    vectors = torch.cat([torch.zeros(20, 3), torch.ones(20, 3)])
    labels = torch.arange(2).repeat_interleave(20)
    probe = Probe.fit(vectors, labels)
    assert torch.equal(probe.classes(vectors), labels)
    assert refitted_f1(vectors, labels) == 1.0


def test_definitions_are_read_without_licence_and_examples(tmp_path):
    path = tmp_path / "data.noun"
    path.write_text('  1 licence\n0001 05 n 01 dog 0 000 | a barking animal; "he has a dog"  \n0002 13 n | food  \n')
    assert read_glosses(path) == [("a barking animal", 5), ("food", 13)]
    path.write_text("  1 licence\nnonsense\n")
    with pytest.raises(DataError, match=r"data\.noun, line 2: expected 'offset file"):
        read_glosses(path)


def test_what_is_not_installed_is_named():
    with pytest.raises(ValueError, match=r"needs no_such_module, .*pip install 'lazyartist\[clinic\]'; encoder=tiny"):
        optional("no_such_module")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: BrokenEmbeddings(damage="rust"), "damage='rust': expected one of zeros, noise, permuted"),
        (lambda: BrokenEmbeddings(share=1.0), "share=1.0: expected"),
        (lambda: broken_table(torch.ones(3, 2), ALL[:3], "rust", generator_of("")), "damage='rust'"),
        (lambda: language("no/such/folder"), "config.json is not there: encoder= expects 'minilm', 'tiny', or"),
        (lambda: Sentences(torch.ones(3), torch.tensor([1, 1])), "lengths add up to 2, but there are 3 ids"),
        (lambda: ridge_rows(torch.ones(9, 2), torch.ones(9, 2), ALL[:9], 0), "16 rows or more .*, got 9"),
    ],
)
def test_what_is_wrong_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_more_texts_than_there_are_cannot_be_drawn(tmp_path):
    case = BrokenEmbeddings("tiny", train=500)
    with pytest.raises(ValueError, match=r"train=500, test=100: the class a has only \d+ texts"):
        case.draw(0, Shelf(case, Store(tmp_path)))


def test_the_judge_refuses_what_is_no_table(admission):
    sealed, table = admission.sealed, admission.patient.table
    none = torch.zeros(len(table), dtype=torch.bool)
    for treated, message in (
        (table, "expected Mended"),
        (Mended(table[:-1], none), r"table: expected \(\d+, 32\)"),
        (Mended(table / 0, none), "all finite"),
        (Mended(table, none[:-1]), r"found: expected \(\d+,\) bool"),
    ):
        with pytest.raises(ValueError, match=message):
            CASE.judge(treated, sealed)


def test_the_figure_shows_three_states(admission):
    mended = REMEDIES.build("broken_embeddings.twins").treat(admission.patient, 0)
    best = CASE.judge(CASE.oracle(admission, 0), admission.sealed)
    found = SimpleNamespace(
        admission=admission,
        case=CASE,
        treated=mended,
        seed=0,
        remedy="twins",
        score=CASE.judge(mended, admission.sealed),
        ends=SimpleNamespace(scores={"oracle": best}),
    )
    figure = draw(found)
    maps, strips = figure.axes[::2], figure.axes[1::2]
    assert [panel.get_title().partition(":")[0] for panel in maps] == ["broken", "after twins", "never broken"]
    assert all(len(panel.texts) == 4 for panel in maps)
    broken, _, whole = (strip.images[0].get_array() for strip in strips)
    assert (broken[1::2] == 0).all()
    assert (broken[::2] == whole[::2]).all()


def test_a_folder_without_an_encoder_is_named(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ValueError, match=r"tokenizer.json is not there"):
        read_encoder(tmp_path)


@pytest.mark.acceptance  # importing transformers takes seconds
def test_an_encoder_of_ones_own_is_read_from_its_folder(tmp_path):
    transformers, tokenizers = pytest.importorskip("transformers"), pytest.importorskip("tokenizers")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "walk", "##ing", "dog"]
    splitter = tokenizers.Tokenizer(
        tokenizers.models.WordPiece(vocab={word: n for n, word in enumerate(words)}, unk_token="[UNK]")
    )
    splitter.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    splitter.save(str(tmp_path / "tokenizer.json"))
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    with torch.random.fork_rng():
        model = transformers.BertModel(transformers.BertConfig(vocab_size=10, **sizes)).eval()
    model.save_pretrained(tmp_path)
    encoder = read_encoder(tmp_path)
    assert encoder.tokens == (*words, "[no token 8]", "[no token 9]")
    texts = encoder.split(["a walking dog", "dog"])
    assert texts.ids.tolist() == [4, 5, 6, 7, 7]
    vectors = encoder.encode(encoder.table, texts)
    with torch.no_grad():
        alone = model(input_ids=torch.tensor([[4, 5, 6, 7]])).last_hidden_state[0].mean(0)
    assert torch.allclose(vectors[0], alone / alone.norm(), atol=1e-5)
    assert not torch.allclose(encoder.encode(torch.zeros_like(encoder.table), texts)[0], vectors[0], atol=0.1)
    (tmp_path / "config.json").write_text("{}")
    read_encoder.cache_clear()
    with pytest.raises(ValueError, match="no encoder with a table of embeddings can be read"):
        read_encoder(tmp_path)
