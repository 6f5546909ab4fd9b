from lazyartist.attacks.pgd import PGD


def test_an_image_that_succeeds_costs_no_more(model, images, criterion):
    asked = []
    hook = model.register_forward_pre_hook(lambda _, inputs: asked.append(len(inputs[0])))
    found = PGD(steps=10, restarts=2)(model, images, criterion, 0.5)
    hook.remove()
    asked = asked[1:]  # the first is the check's
    assert sum(asked) <= int(found.steps.sum()) + 2 * len(images)
    assert min(asked) < len(images)
