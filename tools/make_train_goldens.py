#!/usr/bin/env python3
"""Makes tests/golden/train/theta_10_f64.h5 from train.h5: theta after 10 steps, all arithmetic in numpy float64.

usage: make_train_goldens.py tests/golden/train        (needs numpy and h5py)

Prints how far the trajectory is from train.h5's own theta_1_f64 and theta_50_f64, which must be rounding only.
"""
import sys

import h5py
import numpy as np

STEPS = 50


def loss_gradient(predictions, outputs):
    """Gradient of -cov / (sd_x sd_y + 1e-8), biased moments, with respect to the predictions."""
    x, y = predictions - predictions.mean(), outputs - outputs.mean()
    covariance, sd_x, sd_y = (x * y).mean(), np.sqrt((x * x).mean()), np.sqrt((y * y).mean())
    scale = sd_x * sd_y + 1e-8
    return (covariance * sd_y / (sd_x * scale) * x - y) / (len(x) * scale)


def trajectory(features, outputs, batches):
    """Yields (number of steps, theta): Adam 1e-3, cosine to 0, gradient norm clipped at 1."""
    theta = np.full(features.shape[2], 1 / features.shape[2])
    first, second = np.zeros_like(theta), np.zeros_like(theta)
    for step, batch in enumerate(batches):
        gradient = np.mean([loss_gradient(features[r] @ theta, outputs[r]) @ features[r] for r in batch], axis=0)
        gradient *= min(1, 1 / (np.sqrt((gradient * gradient).sum()) + 1e-6))
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient * gradient
        spread = np.sqrt(second) / np.sqrt(1 - 0.999 ** (step + 1)) + 1e-8
        rate = 1e-3 * (1 + np.cos(np.pi * step / STEPS)) / 2
        theta = theta - rate / (1 - 0.9 ** (step + 1)) * first / spread
        yield step + 1, theta


def main(folder):
    with h5py.File(folder + "/train.h5") as golden:
        inputs = [golden[name][:] for name in ("features", "outputs", "batch_indices")]
        known = {steps: golden["theta_%d_f64" % steps][:] for steps in (1, 50)}
    for steps, theta in trajectory(inputs[0].astype(float), inputs[1].astype(float), inputs[2]):
        if steps in known:
            print(steps, np.abs(theta - known[steps]).max() / np.abs(theta).max())
        if steps == 10:
            with h5py.File(folder + "/theta_10_f64.h5", "w") as made:
                made.create_dataset("theta_10_f64", data=theta)


main(sys.argv[1])
