"""The loss learns only from what somebody labelled."""

from __future__ import annotations

import torch

from training.anatomy.loss import MaskedDiceCrossEntropy


def a_batch() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(2, 5, 8, 8, generator=generator)
    label = (torch.rand(2, 5, 8, 8, generator=generator) > 0.5).float()
    return logits, label, torch.ones_like(label)


def test_a_perfect_answer_costs_almost_nothing():
    _, label, known = a_batch()

    assert MaskedDiceCrossEntropy([1.0] * 5)((label - 0.5) * 60, label, known) < 0.05


def test_what_nobody_labelled_does_not_move_the_loss():
    logits, label, known = a_batch()
    known[:, 3:] = 0
    loss = MaskedDiceCrossEntropy([1.0] * 5)
    before = loss(logits, label, known)

    changed = label.clone()
    changed[:, 3:] = 1 - changed[:, 3:]

    assert torch.equal(before, loss(logits, changed, known))


def test_channels_without_a_label_get_no_gradient():
    logits, label, known = a_batch()
    known[:, 1] = 0
    logits.requires_grad_()

    MaskedDiceCrossEntropy([1.0] * 5)(logits, label, known).backward()

    assert logits.grad is not None
    assert not logits.grad[:, 1].any()
    assert logits.grad[:, 0].any()


def test_a_batch_without_any_label_costs_nothing():
    logits, label, known = a_batch()

    assert MaskedDiceCrossEntropy([1.0] * 5)(logits, label, known * 0) == 0
