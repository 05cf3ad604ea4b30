"""A throwaway artifact: real code, random weights, a tokenizer of a few hundred words."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from classifier import Article
from classifier.artifact import write_manifest
from classifier.calibration import Calibration, output_names, write_calibration
from classifier.lexical import LexicalModel, write_lexical_model
from classifier.network import Heads, HeadSizes, Network, PassageEncoder
from classifier.windows import ArticleEncoder, Windowing
from labels import read_taxonomy
from training.export import export_network

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = """
the a of to in and was were is boy girl police court school died killed said after man woman
city council team match goal report year old her his on by for with at from who had mother
father hospital injured attack shares profit bank law garden music
""".split()  # noqa: SIM905
LETTERS = [chr(c) for c in range(33, 127) if not chr(c).isupper()]
# For the ranges of int8.
SHOWN = (
    "The boy was killed in the city. Police said a man was injured after the match.",
    "Shares of the bank rose. The council report on the garden, a law of the year, was old.",
    "Her mother said the girl was in hospital with injuries; the team had music by the court.",
)
TINY_WINDOWING = Windowing(
    tokens=48, title_tokens=12, slots=8, section_windows=3, long_section_windows=2
)


def tiny_tokenizer() -> Tokenizer:
    """WordPiece over a few words and every ASCII letter, so that any English can be read."""
    vocabulary = SPECIAL + WORDS + LETTERS + [f"##{letter}" for letter in LETTERS]
    tokenizer = Tokenizer(
        models.WordPiece(
            vocab={word: i for i, word in enumerate(dict.fromkeys(vocabulary))}, unk_token="[UNK]"
        )
    )
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.add_special_tokens(SPECIAL)
    return tokenizer


def tiny_encoder(windowing: Windowing = TINY_WINDOWING) -> ArticleEncoder:
    """The one path to tensors, with the tiny tokenizer."""
    return ArticleEncoder(tiny_tokenizer(), windowing)


def tiny_base() -> BertConfig:
    """A transformer of 16 dimensions."""
    return BertConfig(
        vocab_size=256,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=128,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )


def tiny_network(
    seed: int = 0, windowing: Windowing = TINY_WINDOWING, merge_after: int = 1
) -> Network:
    """A network with random weights, large enough that outputs differ between articles."""
    torch.manual_seed(seed)
    transformer = BertModel._from_config(  # type: ignore[no-untyped-call]
        tiny_base(), attn_implementation="eager", add_pooling_layer=False
    )
    heads = Heads(16, HeadSizes.of(read_taxonomy()), dropout=0.0)
    with torch.no_grad():
        for parameter in heads.parameters():
            parameter.normal_(std=0.7)
    return Network(PassageEncoder(transformer, 0, windowing.slots, merge_after), heads).eval()


def tiny_base_folder(folder: Path) -> Path:
    """A base encoder on disk as Hugging Face keeps it, for training from."""
    torch.manual_seed(1)
    BertModel(tiny_base(), add_pooling_layer=False).save_pretrained(folder)
    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tiny_tokenizer(),
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
    ).save_pretrained(folder)
    return folder


def plain_calibration() -> Calibration:
    """The network's logits as they are, a little of the lexical model, thresholds at one half."""
    names = output_names(read_taxonomy())
    ones = np.ones(len(names))
    return Calibration(names, ones, 0.1 * ones, 0.0 * ones, 0.5 * ones, temperature=1.0)


def reseal(folder: Path, threshold: float) -> None:
    """Give an artifact other thresholds of severities, and with them another version."""
    plain = plain_calibration()
    steps = [threshold if ">=" in output else 0.5 for output in plain.outputs]
    write_calibration(
        folder / "calibration.json", replace(plain, threshold=np.array(steps, dtype=np.float64))
    )
    write_manifest(folder, "tiny", TINY_WINDOWING, {"made": "for a test"})


def tiny_lexical_model(encoder: ArticleEncoder, seed: int = 0) -> LexicalModel:
    """Random weights on the words of the tiny tokenizer."""
    dice = np.random.default_rng(seed)
    keys = np.array(sorted(encoder.tokenizer.get_vocab().values()), dtype=np.int64)
    outputs = len(output_names(read_taxonomy()))
    return LexicalModel(
        keys,
        np.ones(len(keys), dtype=np.float32),
        dice.integers(-127, 128, (len(keys), outputs)).astype(np.int8),
        np.full(outputs, 0.01, dtype=np.float32),
        np.zeros(outputs, dtype=np.float32),
    )


def tiny_artifact(folder: Path, seed: int = 0) -> Path:
    """An artifact that `SensitivityClassifier.load` reads, as the released one."""
    encoder = tiny_encoder()
    shown = [window for text in SHOWN for window in encoder.encode(Article(text)).windows]
    export_network(tiny_network(seed), encoder, shown, folder)
    taxonomy = Path(__file__).resolve().parent.parent / "labels" / "taxonomy.toml"
    (folder / "taxonomy.toml").write_bytes(taxonomy.read_bytes())
    write_lexical_model(folder / "lexical.npz", tiny_lexical_model(encoder, seed))
    write_calibration(folder / "calibration.json", plain_calibration())
    write_manifest(folder, "tiny", encoder.windowing, {"made": "for a test"})
    return folder
