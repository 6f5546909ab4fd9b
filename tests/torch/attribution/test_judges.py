"""Our maps against those of Captum, torch-cam and grad-cam, in double precision, on three networks."""

import pytest
import torch

from lazyartist.attribution import MAPS
from lazyartist.attribution.integrated_gradients import IntegratedGradients
from lazyartist.attribution.postprocess import normalise, positive, upsample
from lazyartist.attribution.road import fill
from lazyartist.attribution.saliency import Saliency


NEAR = {"rtol": 0, "atol": 1e-6}
LARGE = 1e5  # a score so large that the ε in the other library's Grad-CAM++ does not count


@pytest.fixture(scope="module", params=["simple_cnn", "resnet18", "plain"])
def case(request, nets):
    """A network, one of its layers by name, images and targets."""
    y = torch.tensor([3, 1, 4])
    if request.param == "plain":  # its layer is followed by a ReLU that writes in place
        return nets.Plain(inplace=True).double().eval(), "conv2", nets.batch(3).double(), y
    model, layer = nets.settled(request.param).double(), {"simple_cnn": "conv2", "resnet18": "layer3"}[request.param]
    return model, layer, nets.batch(3).double(), y


def without_writing(model, nets):
    """The same network whose ReLUs write nowhere: torch-cam and grad-cam are wrong where they do."""
    return nets.Plain(inplace=False).double().eval() if isinstance(model, nets.Plain) else model


def test_grad_cam_and_hires_cam_are_captums(case, judge):
    captum = judge("captum.attr")
    model, layer, x, y = case
    module = model.get_submodule(layer)
    theirs = captum.LayerGradCam(model, module).attribute(x, target=y).detach()
    torch.testing.assert_close(MAPS["grad_cam"](layer)(model, x, y), theirs[:, 0], **NEAR)
    theirs = captum.LayerGradientXActivation(model, module).attribute(x, target=y).detach()
    torch.testing.assert_close(MAPS["hires_cam"](layer)(model, x, y), theirs.sum(1), **NEAR)


def test_input_maps_are_captums(case, judge):
    captum = judge("captum.attr")
    model, _, x, y = case
    x = x.requires_grad_()
    theirs = captum.Saliency(model).attribute(x, target=y, abs=False)
    torch.testing.assert_close(Saliency().attribution(model, x, y), theirs, **NEAR)
    theirs = captum.IntegratedGradients(model).attribute(x, target=y, n_steps=8).detach()
    steps = 1e-7 * float(theirs.abs().max() + Saliency()(model, x, y).max())  # theirs are rounded to single precision
    ours = IntegratedGradients(steps=8).attribution(model, x, y)
    torch.testing.assert_close(ours, theirs, rtol=0, atol=max(1e-6, steps))


@pytest.mark.parametrize(("name", "theirs"), [("grad_cam", "GradCAM"), ("layer_cam", "LayerCAM")])
def test_gradient_maps_are_torch_cams_where_it_is_right(case, nets, name, theirs, judge):
    methods = judge("torchcam.methods")
    model, layer, x, y = case
    judged = without_writing(model, nets)
    with getattr(methods, theirs)(judged, layer, input_shape=(3, 28, 28)) as extractor:
        found = extractor(y.tolist(), judged(x), normalized=False)[0].detach()
    torch.testing.assert_close(positive(MAPS[name](layer)(model, x, y)), found, **NEAR)


def test_score_cam_is_torch_cams_and_grad_cams(nets, judge):
    methods, library = judge("torchcam.methods"), judge("pytorch_grad_cam")
    model, x, y = nets.settled().double(), nets.batch(2).double(), torch.tensor([3, 1])
    ours = positive(MAPS["score_cam"]("conv1")(model, x, y))  # no enlarging, where all three differ
    with methods.ScoreCAM(model, "conv1", input_shape=(3, 28, 28)) as extractor:
        found = extractor(y.tolist(), model(x), normalized=False)[0].detach()
    torch.testing.assert_close(ours, found, **NEAR)
    with library.ScoreCAM(model=model, target_layers=[model.conv1]) as extractor:
        found = torch.as_tensor(extractor(input_tensor=x, targets=[lambda z, c=c: z[c] for c in y.tolist()]))
    torch.testing.assert_close(normalise(ours).float(), found, **NEAR)


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("grad_cam", "GradCAM"),
        ("hires_cam", "HiResCAM"),
        ("grad_cam_plus_plus", "GradCAMPlusPlus"),
        ("layer_cam", "LayerCAM"),
        ("eigen_cam", "EigenCAM"),
    ],
)
def test_maps_are_grad_cams_where_it_is_right(case, nets, name, theirs, judge):
    library = judge("pytorch_grad_cam")
    _, layer, x, y = case
    model = without_writing(case[0], nets)
    with getattr(library, theirs)(model=model, target_layers=[model.get_submodule(layer)]) as extractor:
        targets = [lambda z, c=c: LARGE * z[c] for c in y.tolist()]
        found = torch.as_tensor(extractor(input_tensor=x, targets=targets))
    ours = MAPS[name](layer)(case[0], x, lambda z: LARGE * z.gather(1, y[:, None])[:, 0])
    signs = (ours, -ours) if name == "eigen_cam" else (ours,)  # theirs has any sign, image by image
    pictures = [normalise(upsample(normalise(positive(maps)), (28, 28))).float() for maps in signs]
    apart = torch.stack([(picture - found).abs().amax((1, 2)) for picture in pictures]).amin(0)
    assert apart.max() <= 2e-6


def test_grad_cam_is_wrong_where_a_relu_writes_in_place(nets, judge):
    library = judge("pytorch_grad_cam")
    x, found = nets.batch(3), {}
    for inplace in (True, False):
        model = nets.Plain(inplace).eval()
        with library.GradCAM(model=model, target_layers=[model.conv2]) as extractor:
            found[inplace] = torch.as_tensor(extractor(input_tensor=x, targets=[lambda z: z[1]] * 3))
    correlation = torch.corrcoef(torch.stack([found[True].flatten(), found[False].flatten()]))[0, 1]
    assert correlation < 0.99, "grad-cam has been mended: compare with it on networks with in-place ReLU too"


def test_filling_is_roads(judge):
    library = judge("pytorch_grad_cam.metrics.road")
    generator = torch.Generator().manual_seed(0)
    x, missing = torch.rand(2, 3, 28, 28, generator=generator), torch.rand(2, 1, 28, 28, generator=generator) < 0.7
    imputer = library.NoisyLinearImputer(noise=0)
    with torch.random.fork_rng():  # it draws noise that it then multiplies by nothing
        theirs = torch.stack([imputer(image, (~hole[0]).float()) for image, hole in zip(x, missing, strict=True)])
    torch.testing.assert_close(fill(x.double(), missing, tolerance=1e-8).float(), theirs, rtol=0, atol=1e-5)
