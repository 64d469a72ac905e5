"""The hot path of training: the reference's own trainer on random features that both sides make from one formula."""

import tempfile
from pathlib import Path

import numpy as np
import torch

from measured import Measured, Stopwatch, Variant, as_numbers
from reference import AttentionFeatureExtractor, LinearScoreEstimator, trainer

TARGETS, ABLATIONS, LAYERS, HEADS = 512, 32, 32, 32
FEATURES = LAYERS * HEADS
USUAL_STEPS = 20
FIRST_LOGIT_PROB = 1 << 40
LOGIT_PROB_SCALE = np.float32(8)


def random_numbers(first, count):
    """Numbers of the stream, uniform in [-1/2, 1/2), float32: the finalizer of SplitMix64, as in training_path.cc."""
    bits = (np.arange(first, first + count, dtype=np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    bits ^= bits >> np.uint64(31)
    return (bits >> np.uint64(40)).astype(np.float32) * np.float32(2**-24) - np.float32(0.5)


class TrainingPath:
    """Its store is a folder of memory-mapped files in float16, as the reference writes it; one target per example."""

    def __init__(self, targets=TARGETS, folder=None):
        self.targets = targets
        self.folder = tempfile.TemporaryDirectory(dir=folder)
        store = Path(self.folder.name) / "features_and_outputs"
        store.mkdir()
        features = np.lib.format.open_memmap(store / "features_0_of_1.npy", mode="w+", dtype=np.float16,
                                             shape=(targets, ABLATIONS, FEATURES))
        for begin in range(0, targets, TARGETS):
            part = features[begin:begin + TARGETS]
            part[:] = random_numbers(begin * ABLATIONS * FEATURES, part.size).reshape(part.shape)
        features.flush()
        outputs = LOGIT_PROB_SCALE * random_numbers(FIRST_LOGIT_PROB, targets * ABLATIONS).reshape(targets, ABLATIONS)
        np.save(store / "outputs_0_of_1.npy", outputs.astype(np.float16))
        np.save(store / "completed_0_of_1.npy", np.ones(targets, dtype=bool))
        self.extractor = AttentionFeatureExtractor(LAYERS, HEADS)
        self.trainer = trainer.LinearScoreEstimatorTrainer(
            self.folder.name, range(targets), None, None, None, feature_extractor=self.extractor, num_masks=ABLATIONS)
        self.trainer._task_datas = {i: {"num_sources": 1, "num_targets": 1} for i in range(targets)}

    def run(self, limit):
        steps = limit or USUAL_STEPS
        watch = Stopwatch()
        self.trainer.train(num_iterations=steps, batch_size=TARGETS, train_indices=list(range(self.targets)), device="cpu")
        seconds = watch.seconds() / steps
        loss, gradient = self.at_start()
        return Measured(seconds, [("loss", as_numbers(loss[None])), ("gradients", as_numbers(gradient))])

    def at_start(self):
        """Loss and gradient at the initial weights, of all targets, by the reference's own pieces."""
        features, outputs = self.trainer._sample_batch(TARGETS, list(range(TARGETS)), [], "cpu")
        estimator = LinearScoreEstimator(self.extractor)
        loss = trainer.PearsonCorrelationLoss()(estimator(features)[:, :, 0], outputs)
        loss.backward()
        return loss.detach(), estimator.linear.weight.grad[0]


def variants():
    path = None

    def run(limit):
        nonlocal path
        path = path or TrainingPath()
        return path.run(limit)

    return {"train_step": [Variant("float32", "goal", run)]}
