"""What the page says: each answer is the library's own, and the Python lines beside it make it again."""

import ast
import base64
import io

from contextlib import redirect_stdout

import numpy as np
import pytest
import torch

from lazyartist.attribution.grad_cam import GradCam
from lazyartist.page.drawing import normalised, painted


RED = [255, 0, 0]
BOTH = ["lazy", "cured"]


def values(text, kind=np.uint8):
    return np.frombuffer(base64.b64decode(text), kind)


def shape_of(ink):
    raw = torch.from_numpy(values(ink).copy())
    side = {784: 28, 19600: 140}[len(raw)]
    return normalised(raw.view(side, side), "digits")


def run(lines, trained):
    """Run the very lines that a user copies; return what they print and what they leave behind."""
    said, scope = io.StringIO(), {"MODELS": trained}
    with redirect_stdout(said):
        exec(lines, scope)
    return said.getvalue(), scope


def test_what_there_is(call):
    status, about, _ = call("/api/page")
    assert status == 200
    assert about["names"] == [str(label) for label in range(10)]
    assert len(about["names"]) == len(about["colours"]) == len(about["words"]) == 10
    states = {model["name"]: (model["state"], model["reason"]) for model in about["models"]}
    assert states == {
        "lazy": ("ready", ""),
        "cured": ("ready", ""),
        "broken": ("failed", "division by zero"),
        "late": ("waiting", ""),
    }
    assert about["models"][0]["layers"] == ["conv1", "conv2", "conv3"]
    assert len({model["colour"] for model in about["models"]}) == 4


def test_answers_are_those_of_the_models(call, drawn, trained):
    _, found, _ = call("/api/answers", {"ink": drawn, "colour": RED, "models": BOTH})
    x = painted(shape_of(drawn), [(1.0, 0.0, 0.0)])
    for name, model in trained.items():
        with torch.no_grad():
            assert found["answers"][name] == pytest.approx(model(x).softmax(1)[0].tolist(), abs=1e-5)
    assert np.abs(values(found["image"]).reshape(28, 28, 3) / 255 - x[0].permute(1, 2, 0).cpu().numpy()).max() < 0.003
    _, again = run(found["python"], trained)
    assert again["model"] is trained["cured"]
    assert torch.equal(again["x"], x)


def test_a_liar_follows_the_colour_and_a_cured_network_does_not(call, seven):
    _, found, _ = call("/api/recolour", {"ink": seven, "models": BOTH})
    says = {name: [int(np.argmax(shares)) for shares in answers] for name, answers in found["answers"].items()}
    assert sum(answer == colour for colour, answer in enumerate(says["lazy"])) >= 9
    assert says["cured"].count(7) >= 9
    assert len(found["images"]) == 10


def test_a_map_is_the_librarys_own(call, seven, trained):
    asked = {"ink": seven, "colour": RED, "models": BOTH, "layer": "conv2", "target": 7}
    _, found, _ = call("/api/maps", asked)
    x = painted(shape_of(seven), [(1.0, 0.0, 0.0)])
    raw = GradCam("conv2")(trained["lazy"], x, 7).clamp_min(0)
    large = torch.nn.functional.interpolate(raw[:, None], (28, 28), mode="bilinear")[0, 0].cpu().numpy()
    shown = values(found["maps"]["lazy"]["map"]).reshape(28, 28)
    expected = 255 * (large - large.min()) / (large.max() - large.min())
    assert np.abs(shown - expected).max() < 1
    assert run(found["python"], trained)[0].startswith("tensor")
    _, own, _ = call("/api/maps", {**asked, "target": None, "layer": None, "method": "saliency"})
    assert "layer" not in own["maps"]["cured"]
    assert own["maps"]["cured"]["target"] == 7


def test_a_model_without_layers_of_maps_says_so_and_the_others_have_theirs(served, call, seven):
    from lazyartist.networks import build
    from lazyartist.page.models import Shown

    flat = Shown("flat", "", "", lambda: build("mlp", 10, seed=0))
    flat.get_ready(10)
    served.models.add(flat)
    _, found, _ = call("/api/maps", {"ink": seven, "models": ["flat", "lazy"]})
    assert "choose a map of pixels" in found["maps"]["flat"]["reason"]
    assert found["maps"]["lazy"]["map"]
    _, other, _ = call("/api/maps", {"ink": seven, "models": ["lazy"], "layer": "conv9"})
    assert other["maps"]["lazy"] == {"reason": "it has no layer conv9"}
    assert call("/api/maps", {"ink": seven, "models": ["flat"]})[1]["python"] == ""
    assert "expected a network whose last maps" in call("/api/dials", {"ink": seven, "models": ["flat"]})[1]["detail"]


def test_noise_fools_the_model_as_it_says(call, seven, trained):
    asked = {"ink": seven, "colour": RED, "models": ["cured", "lazy"], "target": 3}
    _, found, _ = call("/api/noise", asked)
    assert found["found"]
    assert 0 < found["proven"] < found["epsilon"]
    x = painted(shape_of(seven), [(1.0, 0.0, 0.0)])
    noise = torch.from_numpy(values(found["noise"], np.float32).copy()).view(28, 28, 3).permute(2, 0, 1)
    assert float(noise.abs().max()) == pytest.approx(found["epsilon"])
    with torch.no_grad():
        sure = float(trained["cured"]((x + noise).clamp(0, 1)).softmax(1)[0, 3])
    assert sure > 0.9
    once = found["strengths"].index(1.0)
    assert found["answers"]["cured"][once][3] == pytest.approx(sure, abs=1e-4)
    assert found["answers"]["cured"][0][7] > 0.5
    assert f"{found['epsilon']:.4f}" in run(found["python"], trained)[0]


def test_dials_say_what_is_there_and_turn_the_answer(call, seven, trained):
    asked = {"ink": seven, "colour": RED, "models": ["lazy"]}
    _, found, _ = call("/api/dials", asked)
    assert found["after"] == pytest.approx(found["before"], abs=1e-5)
    named = [feature for feature in found["features"] if feature["named"]]
    assert len(named) >= 5
    turned = set()
    for feature in named:
        _, after, _ = call("/api/dials", {**asked, "dials": {feature["index"]: 8}})
        turned.add(int(np.argmax(after["after"])))
    assert turned - {int(np.argmax(found["before"]))}
    assert ast.literal_eval(run(after["python"], trained)[0]) == pytest.approx(after["after"], abs=1e-5)


def test_units_have_a_picture_and_their_nearest_images(call, trained):
    _, found, _ = call("/api/units?model=cured&layer=conv1")
    assert found["layers"] == ["conv1", "conv2", "conv3"]
    assert len(found["units"]) == 8
    assert {len(unit["nearest"]) for unit in found["units"]} == {4}
    assert run(found["python"], trained)[1]["units"] == found["units"]
    assert call("/api/units?model=cured&layer=conv9")[1]["detail"].endswith("cured has conv1, conv2, conv3")


def test_a_sample_is_a_test_image(call, task):
    _, found, _ = call(f"/api/sample?number={len(task.test) + 3}")
    assert found["number"] == 3
    assert found["label"] == int(task.test.labels[3])
    assert values(found["ink"]).reshape(28, 28).max() == 255


def test_a_model_of_the_store_joins(call, served, task, short):
    from lazyartist.strategies.erm import Erm

    assert call("/api/store")[1] == []
    served.store.fit(Erm(), task, "simple_cnn:width=4", short, 0)
    (stored,) = call("/api/store")[1]
    assert stored["about"].startswith("erm on digits, simple_cnn:width=4")
    status, about, _ = call("/api/store", {"key": stored["key"]})
    assert (status, about["state"]) == (200, "ready")
    assert call("/api/answers", {"ink": "", "models": [about["name"]]})[0] == 422
    assert call("/api/store", {"key": "0" * 32})[0] == 404
    assert call("/api/store")[1] == []  # it is shown already


def test_latents_make_the_picture_that_is_shown(call):
    _, room, _ = call("/api/room", {"image": 5})
    assert len(values(room["original"])) == len(values(room["picture"])) == room["side"] ** 2 * 3
    assert len(room["sliders"]) >= 1
    (slider, *_) = room["sliders"]
    assert slider["low"] < room["latents"][slider["latent"]] < slider["high"]
    _, same, _ = call("/api/room", {"latents": room["latents"]})
    assert np.abs(values(same["picture"]).astype(int) - values(room["picture"])).max() <= 1
    moved = [*room["latents"]]
    moved[slider["latent"]] = slider["low"] if room["latents"][slider["latent"]] > 0 else slider["high"]
    _, other, _ = call("/api/room", {"latents": moved})
    assert other["picture"] != room["picture"]
    assert other["original"] is None
    assert call("/api/room", {"latents": [0.0]})[1]["detail"] == "latents: expected 6, got 1"


def test_odd_rooms_have_a_reason(call):
    _, found, _ = call("/api/odd")
    assert len(found["odd"]) == 6
    assert all(one["distance"] > 0 and one["latent"] for one in found["odd"])


def test_the_clinic_tells_how_to_fill_it(call):
    assert "lazyartist run clinic" in call("/api/clinic")[1]["note"]


def refusals():
    square = base64.b64encode(bytes(784)).decode()
    fine = {"ink": square, "models": ["lazy"]}
    yield "/api/answers", {**fine, "models": ["nobody"]}, 404, "no model 'nobody'"
    yield "/api/answers", {**fine, "models": ["broken"]}, 409, "broken is not ready: division by zero"
    yield "/api/answers", {**fine, "models": ["late"]}, 409, "late is not ready: waiting"
    yield "/api/answers", {**fine, "models": []}, 422, "models"
    yield "/api/answers", {**fine, "models": ["lazy"] * 9}, 422, "models"
    yield "/api/answers", {**fine, "ink": square[:-4]}, 422, "ink: expected 28 × 28 or 140 × 140 bytes"
    yield "/api/answers", {**fine, "ink": "é" * 1000}, 422, "ink: expected base64"
    yield "/api/answers", {**fine, "ink": None}, 422, "ink"
    yield "/api/answers", {**fine, "colour": [0, 0, 0]}, 422, "colour: black hides the stroke"
    yield "/api/answers", {**fine, "colour": [256, 0, 0]}, 422, "colour"
    yield "/api/answers", {**fine, "colour": [1.5, 0, 0]}, 422, "colour"
    yield "/api/answers", {**fine, "where": "above"}, 422, "where"
    yield "/api/answers", {**fine, "more": 1}, 422, "more"
    yield "/api/answers", [], 422, "body"
    yield "/api/maps", {**fine, "method": "nothing"}, 422, "nothing"
    yield "/api/maps", {**fine, "target": 10}, 422, "target=10"
    yield "/api/noise", fine, 422, "target"
    yield "/api/noise", {**fine, "target": 99}, 422, "target=99"
    yield "/api/noise", {**fine, "target": -1}, 422, "target"
    yield "/api/dials", {**fine, "dials": {"63000": 1}}, 422, "dials"
    yield "/api/dials", {**fine, "dials": {"900": 1}}, 422, "dials=[900]"
    yield "/api/dials", {**fine, "dials": {"0": -1}}, 422, "dials"
    yield "/api/store", {"key": "../../etc/passwd"}, 422, "key"


@pytest.mark.parametrize(("path", "body", "status", "words"), list(refusals()))
def test_what_is_wrong_is_named(call, path, body, status, words):
    found, answer, _ = call(path, body)
    assert found == status
    assert words in answer["detail"]


@pytest.mark.parametrize("raw", [b"", b"{", b"nan", b"[" * 60_000, b'{"ink": NaN}', b"\xff\xfe", b"null"])
def test_what_is_no_json_is_refused(call, raw):
    assert call("/api/answers", raw=raw)[0] in (400, 422)


def test_a_target_that_is_the_answer_already_is_no_success(call, seven):
    assert "without any noise" in call("/api/noise", {"ink": seven, "models": ["cured"], "target": 7})[1]["detail"]
