"""The reference's own modules (package at2 0.0.1), without the notebook stack that they name but that is not used here."""

import importlib
import importlib.machinery
import importlib.util
import sys
import types


def _module(name, **members):
    module = types.ModuleType(name)
    module.__path__ = []
    # Where transformers is imported after this, it asks whether there is such a package.
    module.__spec__ = importlib.machinery.ModuleSpec(name, None)
    for member, value in members.items():
        setattr(module, member, value)
    sys.modules[name] = module
    return module


def _prepare():
    # Names that at2 imports: for splitting texts and for type annotations. No code that calls them is called here.
    _module("nltk", download=lambda *_: None)
    _module("spacy")
    _module("spacy.lang")
    _module("spacy.lang.en", English=None)
    _module("datasets", Dataset=None)
    # The packages themselves without their __init__, which would import everything.
    root = importlib.util.find_spec("at2").submodule_search_locations[0]
    for name, folder in (("at2", root), ("at2.attribution", root + "/attribution")):
        _module(name).__path__ = [folder]


_prepare()
compute_logit_probs = importlib.import_module("at2.tasks.base").compute_logit_probs
AttentionFeatureExtractor = importlib.import_module("at2.attribution.features").AttentionFeatureExtractor
LinearScoreEstimator = importlib.import_module("at2.attribution.score_estimators").LinearScoreEstimator
trainer = importlib.import_module("at2.attribution.trainer")
