"""The page in a real browser: drawn on with mouse and keys, at every width, and by its own server alone."""

import json
import os
import re

from pathlib import Path

import pytest

from lazyartist.criteria import ATTACK_EPSILON
from lazyartist.studies.cures.cures import CuresStudy
from lazyartist.training.store import Store

from .conftest import page_of, shown_as


pytestmark = pytest.mark.page


SEVEN = [(60, 70), (210, 70), (130, 220)]
PANELS = ["Recolour test", "Where it looks", "Invisible cloak", "Dials", "What its units see", "Latents", "Clinic"]


@pytest.fixture(scope="module")
def served(tmp_path_factory, pytestconfig, missing):
    """A page with a liar and a cured network that know MNIST."""
    store, shown = Store(pytestconfig.option.lazy_store), []
    for name in ("lazy", "recoloured_reversal"):
        (run,) = CuresStudy(datasets="mnist", strategies=name, seeds=[0]).runs()
        shown.append(shown_as(name, lambda run=run: run.train(store).model))
    with page_of(run.task(), shown, tmp_path_factory.mktemp("page"), missing) as page:
        yield page


@pytest.fixture
def opened(browser, served):
    """Open the page; afterwards, nothing was asked of another host, and nothing stood in the console."""
    pages = []

    def open_page(**how):
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **how})
        context.set_default_timeout(20_000)
        page = context.new_page()
        page.problems = []
        page.on("console", lambda message: page.problems.append(message.text))
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("request", lambda sent: page.problems.append(sent.url) if not ours(sent.url, served.url) else None)
        page.goto(served.url)
        page.locator("#cards article").nth(1).wait_for()
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        assert page.problems == []
        page.context.close()


def ours(url, root):
    return url.startswith((root, "data:", "blob:" + root))


def draw(page, places=SEVEN):
    box = page.locator("#pad").bounding_box()
    scale = box["width"] / 280
    spots = [(box["x"] + x * scale, box["y"] + y * scale) for x, y in places]
    page.mouse.move(*spots[0])
    page.mouse.down()
    for spot in spots[1:]:
        page.mouse.move(*spot, steps=6)
    page.mouse.up()


def says(page, model):
    return page.locator("#cards article", has_text=f"{model}, for tests").locator(".says")


def starts_with(answer):
    return re.compile(rf"^{answer} ")


def test_lazy_follows_the_colour_of_a_drawn_seven_and_the_cured_one_says_seven(opened):
    from playwright.sync_api import expect

    page = opened()
    draw(page)
    for colour, label in enumerate(page.locator("#colours label").all()):
        label.click()
        expect(says(page, "lazy")).to_have_text(starts_with(colour))
        expect(says(page, "recoloured_reversal")).to_have_text(starts_with(7))
    row = page.locator("#panel tr", has=page.get_by_role("rowheader", name="lazy"))
    expect(row).to_contain_text("follows the colour 10 of 10")


def test_it_shows_where_models_look_and_what_fools_them(opened, served):
    from playwright.sync_api import expect

    page = opened()
    draw(page)
    page.get_by_role("tab", name="Where it looks").click()
    expect(page.get_by_role("img", name="grad_cam of recoloured_reversal for 7")).to_be_visible()
    page.get_by_role("combobox", name="Map").select_option("saliency")
    expect(page.get_by_role("img", name="saliency of lazy for 0")).to_be_visible()
    page.get_by_role("tab", name="Invisible cloak").click()
    expect(page.get_by_role("combobox", name="Fool")).to_have_value("recoloured_reversal")  # the last one, a cure
    page.get_by_role("button", name="Find the noise").click()
    said = page.locator("#panel [role=status]").first
    expect(said).to_contain_text("sure of a 3")
    assert float(re.search(r"at most (\S+) of a pixel", said.inner_text())[1]) < ATTACK_EPSILON
    says_now = page.locator("#panel article", has_text="recoloured_reversal").locator(".says")
    expect(says_now).to_have_text(starts_with(3))
    page.locator("#strength").fill("0")
    expect(says_now).to_have_text(starts_with(7))
    page.locator("#colours label").nth(2).click()
    expect(said).to_have_text("What is asked has changed: look again.")
    expect(says_now).not_to_be_visible()


def test_a_dial_turns_the_answer(opened):
    from playwright.sync_api import expect

    page = opened()
    draw(page)
    page.get_by_role("tab", name="Dials").click()
    said = page.get_by_text(re.compile("^lazy answers 0; with the dials set"))
    expect(said).to_contain_text("still 0")
    for slider in page.locator("#panel .dials").first.locator("input").all():
        slider.fill("8")
        expect(slider.locator("xpath=..")).to_have_class("dial turned")
        page.wait_for_timeout(200)
        if "still" not in said.inner_text():
            break
    expect(said).not_to_contain_text("still")
    page.get_by_role("combobox", name="Model").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_text(re.compile("^recoloured_reversal answers 7"))).to_be_visible()
    expect(page.get_by_role("combobox", name="Model")).to_be_focused()


def test_everything_is_reached_by_keys(opened):
    from playwright.sync_api import expect

    page = opened()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To the pad")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab") if page.evaluate("document.activeElement.id") != "pad" else None
    expect(page.locator("#pad")).to_be_focused()
    for key, times in ((" ", 1), ("ArrowUp", 12), ("ArrowRight", 6)):
        for _ in range(times):
            page.keyboard.press(key)
    expect(says(page, "recoloured_reversal")).to_contain_text("sure")
    page.locator("[role=tab][aria-selected=true]").focus()
    for name in [*PANELS[1:4], *PANELS[2:0:-1]]:
        page.keyboard.press("ArrowRight" if name in PANELS[1:4] and PANELS.index(name) > at(page) else "ArrowLeft")
        expect(page.get_by_role("tab", name=name)).to_be_focused()
        expect(page.get_by_role("tabpanel", name=name)).to_be_visible()


def at(page):
    return PANELS.index(page.locator("[role=tab][aria-selected=true]").inner_text())


def test_nothing_is_answered_before_anything_is_drawn(opened):
    from playwright.sync_api import expect

    page = opened()
    expect(says(page, "lazy")).to_have_text("Nothing is drawn yet.")
    page.get_by_role("tab", name="Invisible cloak").click()
    page.get_by_role("button", name="Find the noise").click()
    said = page.locator("#panel [role=status]").first
    expect(said).to_have_text("Nothing is drawn yet.")
    draw(page)
    expect(says(page, "lazy")).to_contain_text("sure")
    for box in page.locator("#cards input").all():
        box.uncheck()
    expect(said).to_have_text("No model is asked: tick one that is ready.")
    expect(says(page, "lazy")).to_have_text("is not asked")
    assert page.locator("#cards .most").count() == 0  # no bars of an older answer


def test_noise_for_a_drawing_that_has_changed_meanwhile_is_not_shown(opened):
    from playwright.sync_api import expect

    page = opened()
    draw(page)
    page.get_by_role("tab", name="Invisible cloak").click()
    button = page.get_by_role("button", name="Find the noise")
    expect(says(page, "lazy")).to_contain_text("sure")
    button.click()
    page.evaluate("lazyartist.pad.strokes([[[140, 40], [140, 240]]])")
    expect(button).to_be_enabled()
    expect(page.locator("#panel [role=status]").first).to_have_text("What is asked has changed: look again.")
    expect(page.locator("#panel article")).to_have_count(0)


def test_a_test_image_is_named_for_as_long_as_it_is_there(opened):
    from playwright.sync_api import expect

    page = opened()
    named = page.locator("#sampled")
    page.locator("#sample").click()
    expect(named).to_contain_text("Test image")
    first = named.inner_text()
    draw(page)
    expect(named).to_have_text("")
    page.locator("#undo").click()
    expect(named).to_have_text(first)
    page.locator("#clear").click()
    expect(named).to_have_text("")


def test_units_that_could_not_be_asked_for_are_asked_for_again(opened):
    page = opened()
    draw(page)
    page.route("**/api/units*", lambda route: route.fulfill(status=503, json={"detail": "away"}))
    page.get_by_role("tab", name="What its units see").click()
    page.get_by_text("away", exact=True).wait_for()
    page.unroute("**/api/units*")
    page.get_by_role("tab", name="What its units see").click()
    page.get_by_role("group", name="unit 0").wait_for()
    page.problems = [one for one in page.problems if "503" not in one]


def test_a_case_without_a_score_shows_no_number_and_its_picture_fits(opened):
    from playwright.sync_api import expect

    card = dict.fromkeys(["case", "what is broken", "baseline", "oracle", "best remedy"], "words")
    cards = [{**card, "norm score ↑": score, "picture": "wide"} for score in ("the ends are too near", "97.2 ± 2.4")]
    wide = '<svg xmlns="http://www.w3.org/2000/svg" width="1000" height="500"/>'
    page = opened(viewport={"width": 390, "height": 844})
    page.route("**/api/clinic", lambda route: route.fulfill(json={"note": "", "cards": cards}))
    page.route("**/api/clinic/wide.png", lambda route: route.fulfill(body=wide, content_type="image/svg+xml"))
    page.get_by_role("tab", name="Clinic").click()
    none, some = page.locator("#panel article").first, page.locator("#panel article").last
    expect(none.locator(".says")).to_have_text("norm score, the ends are too near")
    expect(some.locator(".says")).to_have_text("97.2 norm score, 97.2 ± 2.4")
    none.get_by_text("Picture").click()
    page.wait_for_timeout(500)
    assert 200 < none.locator("img").bounding_box()["width"] < none.bounding_box()["width"]


@pytest.mark.parametrize("width", [1280, 1440, 1920])
def test_all_colours_of_the_recolour_test_are_seen_at_once(opened, width):
    page = opened(viewport={"width": width, "height": 900})
    draw(page)
    page.locator("#panel td").first.wait_for()
    assert page.evaluate("(table => table.scrollWidth - table.clientWidth)(document.querySelector('.wide'))") == 0


@pytest.mark.parametrize("width", [360, 768, 3840])
def test_it_is_no_wider_than_the_window(opened, width):
    page = opened(viewport={"width": width, "height": 800})
    draw(page)
    page.wait_for_timeout(500)
    for name in PANELS[:4]:
        page.get_by_role("tab", name=name).click()
        page.wait_for_timeout(100)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("size", [(1280, 900), (390, 844)])
def test_a_tour_of_six_steps(opened, size):
    from playwright.sync_api import expect

    page = opened(viewport=dict(zip(("width", "height"), size, strict=True)))
    page.get_by_role("button", name="Show me around").click()
    tour = page.get_by_role("complementary", name="Tour")
    for step in range(1, 7):
        expect(tour.get_by_role("heading")).to_contain_text(f"{step}.")
        if step == 2:
            expect(says(page, "lazy")).to_have_text(starts_with(4))
        spoken_of = page.locator("#pad" if step == 1 else "#cards" if step == 2 else "#tabs").bounding_box()
        assert spoken_of["y"] > -1
        assert spoken_of["y"] + 100 < tour.bounding_box()["y"]
        tour.get_by_role("button", name="Next" if step < 6 else "Done").click()
    expect(tour).not_to_be_visible()


def test_a_picture_from_disk_becomes_ink_and_what_is_none_is_named(opened, tmp_path):
    from PIL import Image, ImageDraw
    from playwright.sync_api import expect

    paper = Image.new("RGB", (300, 200), "white")
    ImageDraw.Draw(paper).line([(80, 40), (200, 40), (130, 170)], fill=(20, 20, 90), width=18, joint="curve")
    paper.save(tmp_path / "seven.png")
    (tmp_path / "none.png").write_bytes(b"no picture")
    page = opened()
    page.locator("#picture").set_input_files(tmp_path / "seven.png")
    expect(says(page, "recoloured_reversal")).to_have_text(starts_with(7))
    page.locator("#picture").set_input_files(tmp_path / "none.png")
    expect(page.get_by_role("alert")).to_have_text("The browser cannot read that file as a picture.")
    page.locator("#clear").click()
    expect(page.get_by_role("alert")).to_have_text("")


def test_what_is_shown_can_be_taken_along(opened, trained):
    page = opened()
    draw(page)
    page.wait_for_timeout(500)
    saves = page.locator("#answers-saves")
    for name, start in (("Save as PNG", b"\x89PNG"), ("Save as JSON", b"{")):
        with page.expect_download() as download:
            saves.get_by_role("button", name=name).click()
        assert Path(download.value.path()).read_bytes().startswith(start)


def test_two_browsers_do_not_see_each_others_drawings(opened):
    from playwright.sync_api import expect

    one, other = opened(), opened()
    draw(one)
    expect(says(one, "recoloured_reversal")).to_have_text(starts_with(7))
    draw(other, [(140, 40), (140, 240)])
    expect(says(other, "recoloured_reversal")).to_have_text(starts_with(1))
    one.locator("#colours label").nth(3).click()
    expect(says(one, "recoloured_reversal")).to_have_text(starts_with(7))


def test_a_choice_that_comes_while_another_is_worked_on_is_the_one_that_is_shown(opened):
    from playwright.sync_api import expect

    page = opened()
    draw(page)
    page.get_by_role("tab", name="What its units see").click()
    page.get_by_role("combobox", name="Model").select_option("recoloured_reversal")
    page.get_by_role("combobox", name="Model").select_option("lazy")
    page.get_by_role("group", name="unit 0").wait_for()
    expect(page.get_by_text("a few seconds, once")).not_to_be_visible()
    with page.expect_download() as download:
        page.locator("#panel").get_by_role("button", name="Save as JSON").click()
    shown = json.loads(Path(download.value.path()).read_text())
    assert "'lazy'" in shown["python"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(opened, scheme, missing):
    axe = os.environ.get("LAZYARTIST_AXE", "")
    if not Path(axe).is_file():
        missing("axe-core is not here: npm pack axe-core, and set LAZYARTIST_AXE to its axe.min.js")
    page = opened(color_scheme=scheme)
    draw(page)
    page.get_by_text("More models").click()
    page.get_by_role("button", name="Show me around").click()
    for name in PANELS[:4] + PANELS[6:]:
        page.get_by_role("tab", name=name).click()
        page.wait_for_timeout(700)
        page.evaluate(Path(axe).read_text(encoding="utf-8"))
        found = page.evaluate("axe.run()")
        wrong = [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]]
        assert wrong == [], name
