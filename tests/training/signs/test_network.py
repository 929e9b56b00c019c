"""The network of signs: where it looks, what stays frozen, and what is strange to it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from edge_runtime.forecast.signs import BODY, SIGN_NAMES, SIGNS
from training.signs.deployed import DeployedSigns, whitening
from training.signs.network import SignsNetwork

WIDE = 8


@pytest.fixture(scope="module")
def network() -> SignsNetwork:
    torch.manual_seed(0)
    return SignsNetwork("random", WIDE, 2).eval()


def pictures(number: int, seed: int = 0) -> torch.Tensor:
    rng = np.random.default_rng(seed)
    return torch.from_numpy(rng.integers(1, 255, (number, 64, 64, 3), np.uint8))


def test_each_sign_looks_somewhere(network: SignsNetwork) -> None:
    with torch.no_grad():
        sign, body, spread, attention, features = network(pictures(2))

    assert sign.shape == (2, len(SIGN_NAMES))
    assert body.shape == spread.shape == (2, len(BODY))
    assert attention.shape == (2, len(SIGN_NAMES), 4, 4)
    assert attention.sum(dim=(2, 3)) == pytest.approx(torch.ones(2, len(SIGN_NAMES)), abs=1e-5)
    assert features.shape == (2, 2 * WIDE)


def test_randomised_weights_change_where_it_looks() -> None:
    network = SignsNetwork("imagenet", WIDE, 2).eval()
    looks = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        torch.nn.init.normal_(network.look.weight)
        with torch.no_grad():
            looks.append(network(pictures(1))[3])

    assert not torch.allclose(looks[0], looks[1], rtol=0.01)


@pytest.mark.slow
def test_frozen_stages_learn_nothing_and_the_others_do() -> None:
    torch.manual_seed(0)
    network = SignsNetwork("random", WIDE, 2).train()
    before = {name: value.clone() for name, value in network.state_dict().items()}

    network(pictures(4))[0].square().mean().backward()  # type: ignore[no-untyped-call]
    torch.optim.SGD((p for p in network.parameters() if p.requires_grad), lr=1.0).step()

    changed = {n for n, value in network.state_dict().items() if not torch.equal(value, before[n])}
    assert not any(
        n.startswith(("encoder.stem", "encoder.stages.0.", "encoder.stages.1.")) for n in changed
    )
    assert any(n.startswith("encoder.stages.2.") for n in changed)
    assert "look.weight" in changed


def test_a_sign_stays_within_its_span(network: SignsNetwork) -> None:
    far = torch.full((1, len(SIGNS)), 1e6)

    assert network.in_units(far)[0].tolist() == pytest.approx([s.highest for s in SIGNS])
    assert network.in_units(-far)[0].tolist() == pytest.approx([s.lowest for s in SIGNS])


def test_an_ordinary_photograph_has_a_strangeness_near_one() -> None:
    rng = np.random.default_rng(0)
    mix = rng.normal(size=(6, 6))
    ordinary = rng.normal(size=(4000, 6)) @ mix + 3.0

    mean, whiten = whitening(ordinary.astype(np.float32))
    off = (ordinary - mean) @ whiten
    strange = (ordinary + 40.0 - mean) @ whiten

    assert np.sqrt((off**2).mean(axis=1)).mean() == pytest.approx(0.9, abs=0.1)
    assert np.sqrt((strange**2).mean(axis=1)).min() > 3.0


def test_what_ships_gives_the_bodys_values_in_their_units(network: SignsNetwork) -> None:
    network.body_mean_B.copy_(torch.tensor([60.0, 6.0, 80.0, 130.0]))
    network.body_by_B.copy_(torch.tensor([10.0, 1.0, 20.0, 15.0]))
    features = 2 * WIDE
    deployed = DeployedSigns(
        network, torch.zeros(features), torch.eye(features), torch.full((len(BODY),), 2.0)
    ).eval()

    with torch.no_grad():
        _, body, log_spread, _, whole = network(pictures(3))
        _, told, deviation, _, strangeness = deployed(pictures(3))

    assert told == pytest.approx(body * network.body_by_B + network.body_mean_B, abs=1e-4)
    assert deviation == pytest.approx(2.0 * torch.exp(log_spread) * network.body_by_B, rel=1e-4)
    assert strangeness == pytest.approx(whole.square().mean(dim=1).sqrt(), rel=1e-4)
